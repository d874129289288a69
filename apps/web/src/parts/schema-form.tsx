import {
  Fieldset,
  JsonInput,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core'
import type { Schema } from '@sampan/resources/define'
import { useState } from 'react'
import type { Choices } from '../data/env-sources.ts'
import { knownKey } from '../data/messages.ts'
import { type Field, fieldsOf, titleFrom, withField } from '../data/schema-fields.ts'
import { KeyValues } from './key-values.tsx'
import { useWords } from './language.tsx'

type Values = Record<string, unknown>

interface Props {
  schema: Schema
  value: Values
  onChange: (value: Values) => void
  hidden?: readonly string[]
  /** Problems by path, as `more.size`. */
  problems?: ReadonlyMap<string, string>
  /** What fields that take a list offer, by path. */
  choices?: Choices
  /** Names asked for in fields of names with values, by path. */
  wanted?: Readonly<Record<string, string>>
  /** Path of `value` in the whole. */
  at?: string
}

const isWide = ({ kind }: Field) => ['map', 'group', 'json', 'long', 'list'].includes(kind)

/** A form made from a JSON schema: what an operator states about a service type is what people fill in. */
export function SchemaForm({ schema, value, onChange, hidden, problems, choices, wanted, at = '' }: Props) {
  const fields = fieldsOf(schema, hidden)
  const narrow = fields.filter((field) => !isWide(field))
  const show = (field: Field) => (
    <FieldInput
      key={field.name}
      field={field}
      value={value[field.name]}
      onChange={(next) => onChange(withField(value, field.name, next))}
      problems={problems}
      choices={choices}
      wanted={wanted?.[at ? `${at}.${field.name}` : field.name]}
      at={at ? `${at}.${field.name}` : field.name}
    />
  )
  return (
    <>
      {narrow.length > 0 && (
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          {narrow.map(show)}
        </SimpleGrid>
      )}
      {fields.filter(isWide).map(show)}
    </>
  )
}

interface InputProps {
  field: Field
  value: unknown
  onChange: (value: unknown) => void
  problems?: ReadonlyMap<string, string>
  choices?: Choices
  wanted?: string
  at: string
}

function FieldInput({ field, value, onChange, problems, choices, wanted, at }: InputProps) {
  const { t } = useWords()
  const { name, kind, title, help, isRequired, schema } = field
  const own = knownKey(`field.${name}`)
  const ownHelp = knownKey(`fieldHelp.${name}`)
  const common = {
    label: own ? t(own) : (title ?? titleFrom(name)),
    description: ownHelp ? t(ownHelp) : help,
    error: problems?.get(at),
    required: isRequired && schema.default === undefined,
    name: at,
  }
  const placeholder = schema.default === undefined ? undefined : String(schema.default)
  switch (kind) {
    case 'choice':
      return (
        <Select
          {...common}
          data={(schema.enum ?? []).map(String)}
          value={value === undefined ? (placeholder ?? null) : String(value)}
          onChange={(next) => onChange((schema.enum ?? []).find((one) => String(one) === next))}
          allowDeselect={!common.required}
        />
      )
    case 'number':
      return (
        <NumberInput
          {...common}
          min={schema.minimum}
          max={schema.maximum}
          allowDecimal={schema.type === 'number'}
          placeholder={placeholder}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(next === '' ? undefined : Number(next))}
        />
      )
    case 'switch':
      return (
        <Switch
          label={common.label}
          description={common.description}
          checked={Boolean(value ?? schema.default)}
          onChange={(event) => onChange(event.currentTarget.checked)}
          mt="xs"
        />
      )
    case 'map':
      return (
        <KeyValues
          label={common.label}
          help={common.description}
          value={(value ?? {}) as Record<string, string>}
          wanted={wanted}
          onChange={onChange}
        />
      )
    case 'list':
      return (
        <TagsInput
          {...common}
          value={(value ?? []) as string[]}
          onChange={(next) => onChange(next.length > 0 ? next : undefined)}
          data={[...(choices?.[at] ?? [])]}
          allowDuplicates={choices?.[at] === undefined}
          splitChars={['\n']}
        />
      )
    case 'group':
      return (
        <Fieldset legend={common.label} radius="md">
          <Stack>
            <SchemaForm
              schema={schema}
              value={(value ?? {}) as Values}
              onChange={(next) => onChange(Object.keys(next).length > 0 ? next : undefined)}
              problems={problems}
              at={at}
            />
          </Stack>
        </Fieldset>
      )
    case 'json':
      return <JsonField common={common} value={value} onChange={onChange} />
    case 'long':
      return (
        <Textarea
          {...common}
          autosize
          minRows={3}
          value={(value ?? '') as string}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )
    default:
      return (
        <TextInput
          {...common}
          placeholder={placeholder}
          value={(value ?? '') as string}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )
  }
}

interface JsonProps {
  common: { label: string; description?: string }
  value: unknown
  onChange: (value: unknown) => void
}

/** For what no form can be made of. Text that is no JSON yet changes nothing. */
function JsonField({ common, value, onChange }: JsonProps) {
  const [text, setText] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)))
  return (
    <JsonInput
      {...common}
      autosize
      minRows={3}
      value={text}
      onChange={(next) => {
        setText(next)
        if (next.trim() === '') return onChange(undefined)
        try {
          onChange(JSON.parse(next))
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error
        }
      }}
    />
  )
}
