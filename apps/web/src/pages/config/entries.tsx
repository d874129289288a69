import { ActionIcon, Alert, Button, CopyButton, Group, Stack, Text, Textarea, TextInput, Tooltip } from '@mantine/core'
import { CheckIcon, CopyIcon, EyeNoneIcon, EyeOpenIcon, PlusIcon, TrashIcon } from '@radix-ui/react-icons'
import type { KubeObject } from '@sampan/resources/meta'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ApiKind } from '../../data/discovery.ts'
import { reviewChange, saveChange } from '../../data/edit-object.ts'
import { isSecret, rightTo, targetOf } from '../../data/object.ts'
import { useMay } from '../../data/permissions.ts'
import { type Changes, entriesOf, entryRule, type Value, withChanges } from '../../data/secret-data.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure } from '../../parts/loaded.tsx'
import '../../parts/objects.css'

/** The entries of a ConfigMap or Secret: read, changed, added, removed. Values of secrets are shown one by one, when asked. */
export function Entries({ kind, object }: { kind: ApiKind; object: KubeObject }) {
  const { t } = useWords()
  const { context } = useActions()
  const secret = isSecret(kind)
  const target = targetOf(kind, object)
  const may = useMay(rightTo('update')(target))
  const isFixed = (object as { immutable?: boolean }).immutable === true
  /** What the changes are changes to, so that those of others are noticed. */
  const [draft, setDraft] = useState<{ base: KubeObject; changes: Changes }>()
  const [shown, setShown] = useState<ReadonlySet<string>>(new Set())
  const save = useMutation({
    mutationFn: async () => {
      const { base, changes } = draft!
      const review = await reviewChange(target, base, withChanges(base, changes, secret))
      if (review.clashes.length > 0) return false
      return (await saveChange(target, review)) !== undefined
    },
    onSuccess: (isSaved) => {
      if (!isSaved) return
      context.say({ key: 'common.saved' })
      setDraft(undefined)
    },
  })
  const changes = draft?.changes ?? {}
  const change = (name: string, text: string | null) => {
    setDraft((now) => ({ base: now?.base ?? object, changes: { ...now?.changes, [name]: text } }))
    if (save.data === false) save.reset()
  }
  const entries = entriesOf(object, secret)
  const added = Object.keys(changes).filter((name) => changes[name] !== null && !entries.some(([own]) => own === name))
  const all: [string, Value][] = [
    ...entries,
    ...added.map((name): [string, Value] => [name, { kind: 'text', text: '' }]),
  ]
  const canEdit = may === true && !isFixed
  const toggle = (name: string) =>
    setShown((now) => new Set(now.has(name) ? [...now].filter((one) => one !== name) : [...now, name]))
  return (
    <Stack gap="sm">
      {isFixed && (
        <Text size="sm" c="dimmed">
          {t('config.immutable')}
        </Text>
      )}
      {all.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('common.nothing')}
        </Text>
      )}
      {all.length > 0 && (
        <div className="panel">
          {all
            .filter(([name]) => changes[name] !== null)
            .map(([name, value]) => (
              <Entry
                key={name}
                name={name}
                value={value}
                text={changes[name] ?? undefined}
                isShown={!secret || shown.has(name) || added.includes(name)}
                canHide={secret && !added.includes(name)}
                canEdit={canEdit}
                onToggle={() => toggle(name)}
                onChange={(text) => change(name, text)}
              />
            ))}
        </div>
      )}
      {save.data === false && (
        <Alert color="orange" variant="light" role="alert">
          {t('config.clash')}
        </Alert>
      )}
      {save.isError && <Failure error={save.error} />}
      {canEdit && (
        <Group justify="space-between" align="start">
          <NewEntry
            taken={all.map(([name]) => name).filter((name) => changes[name] !== null)}
            onAdd={(name) => change(name, '')}
          />
          {draft && (
            <Group>
              <Button
                variant="default"
                onClick={() => {
                  setDraft(undefined)
                  save.reset()
                }}
              >
                {t('config.undo')}
              </Button>
              <Button loading={save.isPending} onClick={() => save.mutate()}>
                {t('common.save')}
              </Button>
            </Group>
          )}
        </Group>
      )}
    </Stack>
  )
}

interface EntryProps {
  name: string
  value: Value
  /** As it is being changed. */
  text: string | undefined
  isShown: boolean
  canHide: boolean
  canEdit: boolean
  onToggle: () => void
  onChange: (text: string | null) => void
}

function Entry({ name, value, text, isShown, canHide, canEdit, onToggle, onChange }: EntryProps) {
  const { t } = useWords()
  const current = text ?? (value.kind === 'text' ? value.text : undefined)
  return (
    <div className="line event-line">
      <div className="grow">
        <Text size="sm" fw={600} ff="monospace" className="name" mb={4}>
          {name}
        </Text>
        {!isShown ? (
          <Text size="sm" c="dimmed" aria-hidden>
            ••••••••
          </Text>
        ) : current === undefined ? (
          <Text size="sm" c="dimmed">
            {t('config.binary', { bytes: value.kind === 'binary' ? value.bytes : 0 })}
          </Text>
        ) : canEdit ? (
          <Textarea
            value={current}
            onChange={(event) => onChange(event.currentTarget.value)}
            aria-label={name}
            autosize
            minRows={1}
            maxRows={14}
            spellCheck={false}
            classNames={{ input: 'mono' }}
          />
        ) : (
          <pre className="entry-value">{current}</pre>
        )}
      </div>
      <Group gap={4} wrap="nowrap">
        {canHide && (
          <Tooltip label={t(isShown ? 'config.hide' : 'config.reveal')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`${t(isShown ? 'config.hide' : 'config.reveal')}: ${name}`}
              aria-pressed={isShown}
              onClick={onToggle}
            >
              {isShown ? <EyeNoneIcon /> : <EyeOpenIcon />}
            </ActionIcon>
          </Tooltip>
        )}
        {current !== undefined && (
          <CopyButton value={current}>
            {({ copied, copy }) => (
              <Tooltip label={t(copied ? 'common.copied' : 'common.copy')}>
                <ActionIcon variant="subtle" color="gray" aria-label={t('config.copyValue', { name })} onClick={copy}>
                  {copied ? <CheckIcon /> : <CopyIcon />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
        )}
        {canEdit && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('config.removeEntry', { name })}
            onClick={() => onChange(null)}
          >
            <TrashIcon />
          </ActionIcon>
        )}
      </Group>
    </div>
  )
}

function NewEntry({ taken, onAdd }: { taken: readonly string[]; onAdd: (name: string) => void }) {
  const { t } = useWords()
  const [name, setName] = useState('')
  const isWrong = name !== '' && (!entryRule.test(name) || taken.includes(name))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (name === '' || isWrong) return
        onAdd(name)
        setName('')
      }}
    >
      <Group gap="xs" align="start">
        <TextInput
          placeholder={t('config.entryName')}
          aria-label={t('config.entryName')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={isWrong && t('config.entryRule')}
        />
        <Button type="submit" variant="default" leftSection={<PlusIcon />} disabled={name === '' || isWrong}>
          {t('config.add')}
        </Button>
      </Group>
    </form>
  )
}
