import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core'
import { Cross2Icon, PlusIcon } from '@radix-ui/react-icons'
import { useEffect, useRef, useState } from 'react'
import { useWords } from './language.tsx'

interface Props {
  label: string
  help?: string
  value: Record<string, string>
  onChange: (value: Record<string, string>) => void
  /** A name that is asked for: stands in the new line, and the value is what is typed next. */
  wanted?: string
  /** Keys whose line is marked. */
  marked?: ReadonlySet<string>
}

/**
 * Names with values, line by line. A pasted `.env` text becomes one line each. A new line counts as soon as it is left:
 * what somebody has typed is never left out because a button was not pressed.
 */
export function KeyValues({ label, help, value, onChange, wanted = '', marked }: Props) {
  const { t } = useWords()
  const nameInput = useRef<HTMLInputElement>(null)
  const valueInput = useRef<HTMLInputElement>(null)
  const [name, setName] = useState(wanted in value ? '' : wanted)
  const [text, setText] = useState('')
  const entries = Object.entries(value)
  const isAsked = wanted !== '' && !(wanted in value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it is first shown
  useEffect(() => {
    if (isAsked) valueInput.current?.focus()
  }, [])
  const add = () => {
    if (name.trim() === '') return
    onChange({ ...value, [name.trim()]: text })
    setName('')
    setText('')
  }
  return (
    <Input.Wrapper label={label} description={help} labelElement="div" component="fieldset" className="bare">
      <Stack gap={6} mt={6}>
        {entries.map(([key, one]) => (
          <Group key={key} gap={6} wrap="nowrap" data-marked={marked?.has(key) || undefined} className="key-value">
            <TextInput
              aria-label={`${t('common.name')} ${key}`}
              value={key}
              readOnly
              ff="monospace"
              className="key"
              variant="filled"
            />
            <TextInput
              aria-label={`${t('common.value')} ${key}`}
              value={one}
              onChange={(event) => onChange({ ...value, [key]: event.currentTarget.value })}
              className="grow"
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`${t('common.remove')} ${key}`}
              onClick={() => onChange(Object.fromEntries(entries.filter(([other]) => other !== key)))}
            >
              <Cross2Icon />
            </ActionIcon>
          </Group>
        ))}
        <Group
          gap={6}
          wrap="nowrap"
          onBlur={({ currentTarget, relatedTarget }) => {
            if (!currentTarget.contains(relatedTarget) && (text !== '' || !isAsked)) add()
          }}
        >
          <TextInput
            ref={nameInput}
            aria-label={t('field.newName')}
            placeholder={t('field.newName')}
            value={name}
            className="key"
            onChange={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || name.trim() === '') return
              event.preventDefault()
              valueInput.current?.focus()
            }}
            onPaste={(event) => {
              const pasted = envFrom(event.clipboardData.getData('text'))
              if (!pasted) return
              event.preventDefault()
              onChange({ ...value, ...pasted })
            }}
          />
          <TextInput
            ref={valueInput}
            aria-label={t('field.newValue')}
            placeholder={t('common.value')}
            value={text}
            className="grow"
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              event.preventDefault()
              add()
              nameInput.current?.focus()
            }}
          />
          <Button
            variant="default"
            px="xs"
            onClick={add}
            disabled={name.trim() === ''}
            aria-label={t('field.add')}
            className="square"
          >
            <PlusIcon />
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  )
}

/** Lines `A=1` as names and values; undefined when the text is something else. */
function envFrom(text: string): Record<string, string> | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const pairs = lines.map((line) => /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)=(.*)$/.exec(line))
  if (lines.length === 0 || pairs.some((pair) => !pair)) return undefined
  return Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2]!.trim().replace(/^(["'])(.*)\1$/, '$2')]))
}
