import {
  Accordion,
  Button,
  Checkbox,
  FileInput,
  Group,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { type Launch, launch } from '../../data/launch.ts'
import { nameFrom } from '../../data/names.ts'
import { addHref, appHref } from '../../data/paths.ts'
import { sampleArchive } from '../../data/sample.ts'
import { formSchema, templates } from '../../data/service-types.ts'
import { useWords } from '../../parts/language.tsx'
import { Failure } from '../../parts/loaded.tsx'
import { NameField, refuseWrong } from '../../parts/name-field.tsx'
import { Section } from '../../parts/page.tsx'
import { SchemaForm } from '../../parts/schema-form.tsx'
import type { Way } from './ways.ts'

const advanced = ['secrets', 'configs', 'command', 'args', 'route', 'check']

interface Values {
  app: string
  url: string
  branch: string
  isPrivate: boolean
  username: string
  password: string
  image: string
  file: File | null
  template: string
  parameters: Record<string, unknown>
}

const empty: Values = {
  app: '',
  url: '',
  branch: 'main',
  isPrivate: false,
  username: '',
  password: '',
  image: '',
  file: null,
  template: 'web',
  parameters: {},
}

/** States a new app once: where it comes from, its service type, and what that type asks for. */
export function ServiceForm({ project, way }: { project: string; way: Exclude<Way['name'], 'yaml'> }) {
  const { t, said } = useWords()
  const client = useQueryClient()
  const [, go] = useLocation()
  const [values, setValues] = useState<Values>({ ...empty, app: way === 'sample' ? 'sample' : '' })
  const [isNamed, setNamed] = useState(way === 'sample')
  const set = (changes: Partial<Values>) => setValues((now) => ({ ...now, ...changes }))
  const types = useQuery({ queryKey: ['templates'], queryFn: templates, staleTime: 60_000 })
  const template = types.data?.find(({ metadata }) => metadata.name === values.template)
  const schema = formSchema(template)
  const create = useMutation({
    mutationFn: () =>
      launch({
        project,
        app: values.app,
        template: values.template,
        parameters: values.parameters,
        source: sourceFrom(way, values),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['platform'] })
      go(way === 'push' ? `${addHref(project, 'push')}?app=${values.app}` : appHref(project, values.app))
    },
  })
  /** Until somebody names it, the app is called as what it comes from. */
  const suggest = (from: string) => (isNamed ? {} : { app: nameFrom(from) })
  const form = useRef<HTMLFormElement>(null)
  // Where there is a keyboard; on a phone it would cover what the form says.
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) form.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
  }, [])
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault()
        if (!refuseWrong(event.currentTarget)) create.mutate()
      }}
    >
      <Stack gap="xl">
        {way !== 'push' && (
          <Section title={t('add.code')}>
            <Stack>
              <SourceFields way={way} values={values} set={set} suggest={suggest} />
            </Stack>
          </Section>
        )}
        <Section title={t('add.run')}>
          <Stack>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <NameField
                value={values.app}
                onChange={(app) => {
                  setNamed(app !== '')
                  set({ app })
                }}
                autofocus={way === 'push'}
              />
              <Select
                label={t('add.type')}
                description={said(template?.spec.description ?? ' ')}
                data={(types.data ?? []).map(({ metadata, spec }) => ({
                  value: metadata.name,
                  label: said(spec.title ?? metadata.name),
                }))}
                value={values.template}
                onChange={(name) =>
                  name && set({ template: name, parameters: { ...values.parameters, more: undefined } })
                }
                allowDeselect={false}
              />
            </SimpleGrid>
            <SchemaForm
              schema={schema}
              hidden={advanced}
              value={values.parameters}
              onChange={(parameters) => set({ parameters })}
            />
            <Accordion variant="contained">
              <Accordion.Item value="advanced">
                <Accordion.Control>
                  <Text size="sm">{t('add.advanced')}</Text>
                </Accordion.Control>
                <Accordion.Panel>
                  <Stack>
                    <SchemaForm
                      schema={schema}
                      hidden={Object.keys(schema.properties ?? {}).filter((name) => !advanced.includes(name))}
                      value={values.parameters}
                      onChange={(parameters) => set({ parameters })}
                    />
                  </Stack>
                </Accordion.Panel>
              </Accordion.Item>
            </Accordion>
          </Stack>
        </Section>
        {create.isError && <Failure error={create.error} />}
        <Group justify="end">
          <Button variant="default" onClick={() => go(addHref(project))}>
            {t('common.back')}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t(way === 'push' ? 'add.create' : 'add.createDeploy')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface SourceProps {
  way: Way['name']
  values: Values
  set: (changes: Partial<Values>) => void
  suggest: (from: string) => Partial<Values>
}

function SourceFields({ way, values, set, suggest }: SourceProps) {
  const { t } = useWords()
  if (way === 'image')
    return (
      <TextInput
        label={t('add.imageField')}
        placeholder="registry.example.com/team/app:1.2"
        value={values.image}
        onChange={(event) => {
          const image = event.currentTarget.value
          set({ image, ...suggest(image.split('/').at(-1)!.split(/[:@]/)[0]!) })
        }}
        required
        data-autofocus
      />
    )
  if (way === 'upload')
    return (
      <>
        <FileInput
          label={t('add.file')}
          placeholder={t('add.filePick')}
          accept=".zip,.tar,.gz,.tgz"
          value={values.file}
          onChange={(file) => set({ file, ...suggest(file?.name.replace(/\.(zip|tar|tgz|tar\.gz)$/, '') ?? '') })}
          required
        />
        <Text size="xs" c="dimmed">
          {t('add.hint')}
        </Text>
      </>
    )
  if (way === 'sample') return <Text size="sm">{t('add.sampleText')}</Text>
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label={t('add.url')}
          placeholder="https://git.example.com/team/shop.git"
          value={values.url}
          onChange={(event) => {
            const url = event.currentTarget.value
            set({ url, ...suggest(url.replace(/\/+$/, '').split('/').at(-1)!) })
          }}
          required
          data-autofocus
        />
        <TextInput
          label={t('add.branch')}
          value={values.branch}
          onChange={(event) => set({ branch: event.currentTarget.value })}
          required
        />
      </SimpleGrid>
      <Checkbox
        label={t('add.private')}
        checked={values.isPrivate}
        onChange={(event) => set({ isPrivate: event.currentTarget.checked })}
      />
      {values.isPrivate && (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={t('add.gitUser')}
            value={values.username}
            autoComplete="off"
            onChange={(event) => set({ username: event.currentTarget.value })}
            required
          />
          <PasswordInput
            label={t('add.gitPassword')}
            value={values.password}
            autoComplete="off"
            onChange={(event) => set({ password: event.currentTarget.value })}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
            required
          />
        </SimpleGrid>
      )}
      <Text size="xs" c="dimmed">
        {t('add.hint')}
      </Text>
    </>
  )
}

function sourceFrom(way: Way['name'], values: Values): Launch['source'] {
  const { url, branch, isPrivate, username, password, image, file } = values
  if (way === 'git') return { way, url: url.trim(), branch, ...(isPrivate && { username, password }) }
  if (way === 'image') return { way, image: image.trim() }
  if (way === 'upload') return { way, file: file! }
  if (way === 'sample') return { way: 'upload', file: sampleArchive() }
  return { way: 'push', branch }
}
