import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { jsonEqual } from '@sampan/kit/json-equal'
import type { KubeObject } from '@sampan/resources/meta'
import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { Refused } from '../../data/api.ts'
import type { ApiKind } from '../../data/discovery.ts'
import { clashKey, type Review, refusalsIn, reviewChange, saveChange } from '../../data/edit-object.ts'
import { managedText } from '../../data/managed-phrases.ts'
import { rightTo, targetOf } from '../../data/object.ts'
import { useMay } from '../../data/permissions.ts'
import { type Side, written } from '../../data/three-way.ts'
import { useKnownKinds } from '../../data/use-kinds.ts'
import { partsOf, withoutManagers, yamlOf } from '../../data/yaml-text.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { DiffView } from '../../parts/diff-view.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure } from '../../parts/loaded.tsx'
import { Contested, FilledIn } from '../../parts/managed.tsx'
import { Section } from '../../parts/page.tsx'
import { type Mark, YamlEditor } from '../../parts/yaml-editor.tsx'
import { Clashes } from './clashes.tsx'

interface Props {
  kind: ApiKind
  object: KubeObject
  /** Not shown before it is asked for: what it holds is secret. */
  isHidden: boolean
}

export function ObjectYaml({ isHidden, ...of }: Props) {
  const { t } = useWords()
  const [isShown, setShown] = useState(!isHidden)
  if (isShown) return <Editing {...of} />
  return (
    <Alert color="gray" variant="light">
      <Text size="sm" mb="xs">
        {t('object.secretHidden')}
      </Text>
      <Button size="xs" variant="default" onClick={() => setShown(true)}>
        {t('object.show')}
      </Button>
    </Alert>
  )
}

/**
 * The YAML of an object: follows the server until somebody types. Saving goes by way of a review: what the server makes of
 * it, what others changed meanwhile, and where both changed the same.
 */
function Editing({ kind, object }: Omit<Props, 'isHidden'>) {
  const { t } = useWords()
  const { context } = useActions()
  const target = targetOf(kind, object)
  const may = useMay(rightTo('update')(target))
  const kinds = useKnownKinds()
  /** What the editing began with, and the text; nothing while nobody types. */
  const [draft, setDraft] = useState<{ base: KubeObject; text: string }>()
  const [sides, setSides] = useState<Readonly<Record<string, Side>>>({})
  const live = useMemo(() => yamlOf(object), [object])
  const text = draft?.text ?? live
  const part = useMemo(() => (draft ? partsOf(draft.text)[0] : undefined), [draft])
  const isChanged = draft !== undefined && draft.text !== yamlOf(draft.base)
  const others = isChanged && !jsonEqual(written(draft.base), written(object))

  const review = useMutation({
    mutationFn: (chosen: Readonly<Record<string, Side>>): Promise<Review> =>
      reviewChange(target, draft!.base, part!.object as KubeObject, chosen),
  })
  const save = useMutation({
    mutationFn: (reviewed: Review) => saveChange(target, reviewed),
    onSuccess: (saved) => {
      if (!saved) return review.mutate(sides)
      context.say({ key: 'yaml.saved' })
      setDraft(undefined)
      setSides({})
      review.reset()
    },
  })
  const failure = save.error ?? review.error
  const marks = useMemo<Mark[]>(() => {
    if (!(failure instanceof Refused) || !part) return []
    return refusalsIn(failure).map(({ path, message }) => ({ ...part.rangeOf(path), message }))
  }, [failure, part])
  const forget = () => {
    setDraft(undefined)
    setSides({})
    review.reset()
    save.reset()
  }
  const reviewed = review.data
  if (reviewed && draft)
    return (
      <ReviewView
        review={reviewed}
        sides={sides}
        isFaster={save.data === undefined && save.isSuccess}
        isBusy={save.isPending || review.isPending}
        error={failure}
        onSide={(key, side) => {
          const next = { ...sides, [key]: side }
          setSides(next)
          review.mutate(next)
        }}
        onBack={() => {
          review.reset()
          save.reset()
        }}
        onSave={() => save.mutate(reviewed)}
      />
    )
  return (
    <Stack gap="sm">
      {others && (
        <Alert color="orange" variant="light" role="status">
          {t('yaml.changed')}
        </Alert>
      )}
      {may === false && (
        <Text size="sm" c="dimmed">
          {t('yaml.readOnly')}
        </Text>
      )}
      {failure && <Failure error={failure} />}
      <YamlEditor
        value={text}
        onChange={(next) => {
          if (next === text) return
          setDraft((now) => ({ base: now?.base ?? withoutManagers(object), text: next }))
          if (failure) {
            review.reset()
            save.reset()
          }
        }}
        label={t('yaml.editor', { name: target.name })}
        kinds={kinds}
        marks={marks}
        isReadOnly={!may}
      />
      {isChanged && (
        <Group justify="end">
          {!part?.object && (
            <Text size="sm" c="dimmed">
              {t('yaml.first')}
            </Text>
          )}
          <Button variant="default" onClick={forget}>
            {t('yaml.discard')}
          </Button>
          <Button disabled={!part?.object} loading={review.isPending} onClick={() => review.mutate(sides)}>
            {t('yaml.review')}
          </Button>
        </Group>
      )}
    </Stack>
  )
}

interface ReviewProps {
  review: Review
  sides: Readonly<Record<string, Side>>
  /** Somebody saved between the review and the saving. */
  isFaster: boolean
  isBusy: boolean
  error: Error | null
  onSide: (key: string, side: Side) => void
  onBack: () => void
  onSave: () => void
}

/** What would be saved, as the server worked it out, before it is. */
function ReviewView({ review, sides, isFaster, isBusy, error, onSide, onBack, onSave }: ReviewProps) {
  const { t, language } = useWords()
  const { diff, theirs, clashes, contested, filled } = review
  const isOpen = clashes.some(({ path }) => !sides[clashKey(path)])
  return (
    <Stack gap="md">
      {isFaster && (
        <Alert color="orange" variant="light" role="alert">
          {t('yaml.again')}
        </Alert>
      )}
      {error && <Failure error={error} />}
      {theirs !== '' && (
        <Section title={t('yaml.theirs')}>
          <DiffView diff={theirs} label={t('yaml.theirs')} />
        </Section>
      )}
      {clashes.length > 0 && <Clashes clashes={clashes} sides={sides} onSide={onSide} />}
      <Section title={t('yaml.changes')}>
        {diff === '' ? <Text size="sm">{t('yaml.nothing')}</Text> : <DiffView diff={diff} label={t('yaml.changes')} />}
        <FilledIn fields={filled} />
        <Contested fields={contested} text={managedText(language, 'contested')} />
      </Section>
      <Group justify="end">
        <Button variant="default" onClick={onBack}>
          {t('yaml.back')}
        </Button>
        <Button loading={isBusy} disabled={isOpen || diff === ''} onClick={onSave}>
          {t('yaml.save')}
        </Button>
      </Group>
    </Stack>
  )
}
