import { Badge, Button, Checkbox, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { Link } from 'wouter'
import { Refused } from '../data/api.ts'
import { type Applied, applyPlan, planOf, type Step } from '../data/apply-plan.ts'
import { kinds as readKinds } from '../data/discovery.ts'
import { refusalsIn } from '../data/edit-object.ts'
import { conflictsIn } from '../data/managed-fields.ts'
import { managedText } from '../data/managed-phrases.ts'
import { forgetSchemas } from '../data/open-api.ts'
import { useKinds } from '../data/use-kinds.ts'
import { partsOf } from '../data/yaml-text.ts'
import { DiffView } from './diff-view.tsx'
import { useWords } from './language.tsx'
import { Failure } from './loaded.tsx'
import { Contested, FilledIn } from './managed.tsx'
import { type Mark, YamlEditor } from './yaml-editor.tsx'

interface Props {
  /** Of objects that name none. */
  namespace: string
  initial?: string
}

/** Objects from YAML, several at once: tried on the server first, each with what it would change, then applied. */
export function YamlCreate({ namespace, initial = '' }: Props) {
  const { t } = useWords()
  const client = useQueryClient()
  const kinds = useKinds()
  const [text, setText] = useState(initial)
  const [force, setForce] = useState(false)
  const plan = useMutation({
    mutationFn: (forced: boolean) => planOf(text, { kinds: kinds.data ?? [], namespace, force: forced }),
  })
  const apply = useMutation({
    mutationFn: (steps: readonly Step[]) => applyPlan(steps, { force, namespace, lookAgain: () => readKinds() }),
    onSuccess: async () => {
      forgetSchemas()
      await client.invalidateQueries({ queryKey: ['kinds'] })
    },
  })
  const marks = useMemo<Mark[]>(() => {
    const parts = partsOf(text)
    return (plan.data ?? []).flatMap(({ verdict, document }) =>
      verdict.kind === 'refused' && verdict.error instanceof Refused
        ? refusalsIn(verdict.error).flatMap(({ path, message }) => {
            const range = parts[document]?.rangeOf(path)
            return range ? [{ ...range, message }] : []
          })
        : [],
    )
  }, [plan.data, text])
  const change = (next: string) => {
    if (next === text) return
    setText(next)
    plan.reset()
    apply.reset()
  }
  const steps = plan.data
  const isRefused = steps?.some(({ verdict }) => verdict.kind === 'refused' || verdict.kind === 'wrong')
  const isContested = steps?.some(
    ({ verdict }) => verdict.kind === 'refused' && verdict.error instanceof Refused && verdict.error.status === 409,
  )
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('yaml.createHelp')}
      </Text>
      <YamlEditor
        value={text}
        onChange={change}
        label={t('yaml.create')}
        kinds={kinds.data ?? []}
        marks={marks}
        height="min(56vh, 560px)"
      />
      {(plan.error ?? apply.error) && <Failure error={(plan.error ?? apply.error)!} />}
      {steps && !apply.data && <Steps steps={steps} />}
      {apply.data && <Results applied={apply.data} />}
      <Group justify="end">
        {(isContested || force) && (
          <Checkbox
            label={t('yaml.force')}
            checked={force}
            onChange={(event) => {
              setForce(event.currentTarget.checked)
              plan.mutate(event.currentTarget.checked)
            }}
          />
        )}
        <Button
          variant={steps && !isRefused ? 'default' : 'filled'}
          loading={plan.isPending}
          disabled={text.trim() === '' || !kinds.data}
          onClick={() => {
            apply.reset()
            plan.mutate(force)
          }}
        >
          {t('yaml.check')}
        </Button>
        {steps && !isRefused && steps.length > 0 && !apply.data && (
          <Button loading={apply.isPending} onClick={() => apply.mutate(steps)}>
            {t('yaml.apply')}
          </Button>
        )}
      </Group>
    </Stack>
  )
}

const verdicts = { create: 'yaml.verdictCreate', change: 'yaml.verdictChange', same: 'yaml.verdictSame' } as const
const colours = { create: 'teal', change: 'blue', same: 'gray', later: 'gray', refused: 'red', wrong: 'red' }

function Steps({ steps }: { steps: readonly Step[] }) {
  const { t, language } = useWords()
  if (steps.length === 0)
    return (
      <Text size="sm" role="status">
        {t('yaml.empty')}
      </Text>
    )
  return (
    <div className="panel" role="status">
      {steps.map((step, i) => {
        const { object, namespace, verdict } = step
        const conflicts =
          verdict.kind === 'refused' && verdict.error instanceof Refused ? conflictsIn(verdict.error) : []
        const words =
          verdict.kind === 'later'
            ? t('yaml.later', { why: t(verdict.why) })
            : verdict.kind === 'refused'
              ? conflicts.length > 0
                ? managedText(language, 'conflict', { count: conflicts.length })
                : verdict.error.message
              : verdict.kind === 'wrong'
                ? t(verdict.said.key, verdict.said.values)
                : t(verdicts[verdict.kind])
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place in the text is a step's identity
          <details key={i} className="line-details" open={verdict.kind === 'change' || conflicts.length > 0}>
            <summary>
              <Badge color={colours[verdict.kind]} size="sm" className="state">
                {object.kind ?? '?'}
              </Badge>
              <Text size="sm" span className="name">
                {[namespace, object.metadata?.name].filter(Boolean).join('/')}
              </Text>
              <Text size="sm" span c={colours[verdict.kind] === 'red' ? 'red' : 'dimmed'} className="name">
                {words}
              </Text>
            </summary>
            {'diff' in verdict && verdict.diff !== '' && <DiffView diff={verdict.diff} label={object.metadata.name} />}
            {'filled' in verdict && <FilledIn fields={verdict.filled} />}
            <Contested fields={conflicts} text={managedText(language, 'conflictHelp')} />
          </details>
        )
      })}
    </div>
  )
}

function Results({ applied }: { applied: readonly Applied[] }) {
  const { t } = useWords()
  return (
    <div className="panel" role="status">
      {applied.map(({ step: { object, namespace }, href, error }) => {
        const name = [namespace, object.metadata.name].filter(Boolean).join('/')
        return (
          <div key={`${object.kind}/${name}`} className="line">
            <Badge color={error ? 'red' : 'teal'} size="sm" className="state">
              {object.kind}
            </Badge>
            <Text size="sm" span className="name grow">
              {href ? <Link href={href}>{name}</Link> : name}
            </Text>
            <Text size="sm" span c={error ? 'red' : 'dimmed'} className="name">
              {error?.message ?? t('yaml.applied')}
            </Text>
          </div>
        )
      })}
    </div>
  )
}
