import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { appParameters } from '@sampan/resources/sampan/app'
import { check } from '@sampan/resources/schema-check'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { namespaceOf } from '../../data/app-detail.ts'
import { useEnvSources } from '../../data/env-sources.ts'
import { useMay } from '../../data/permissions.ts'
import type { AppDetail, AppRef } from '../../data/platform.ts'
import { useQueryState } from '../../data/query-state.ts'
import { formSchema, templateNamed } from '../../data/service-types.ts'
import { changesOf, keepStaged, patchBetween, type Staged, staged, stagedIn } from '../../data/staged.ts'
import { useWords } from '../../parts/language.tsx'
import { Section } from '../../parts/page.tsx'
import { SchemaForm } from '../../parts/schema-form.tsx'
import { Review } from './review.tsx'

/** The app's parameters. Every edit is staged: nothing happens until the difference has been looked at and released. */
export function Config({ data, project, app }: AppRef & { data: AppDetail }) {
  const { t } = useWords()
  const parameters = data.app.spec.parameters as Record<string, unknown>
  const generation = data.app.metadata.generation ?? 0
  const [kept, set] = useState<Staged | undefined>(() => stagedIn(sessionStorage, project, app))
  const [isReviewing, setReviewing] = useState(false)
  const template = useQuery({
    queryKey: ['template', data.app.spec.template],
    queryFn: () => templateNamed(data.app.spec.template),
    staleTime: 60_000,
  })
  const may = useMay({ verb: 'update', group: 'sampan.dev', resource: 'apps', namespace: project })
  const [env] = useQueryState('env')
  const choices = useEnvSources(data.environments.map(({ environment }) => namespaceOf(project, environment)))
  const keep = (next: Staged | undefined) => {
    keepStaged(sessionStorage, { project, app }, next)
    set(next)
  }
  const values = staged(parameters, kept?.patch ?? {})
  const changes = changesOf(parameters, kept?.patch ?? {})
  const schema = useMemo(() => formSchema(template.data), [template.data])
  const problems = useMemo(
    () => new Map(check(appParameters, values).map(({ field, message }) => [field, message])),
    [values],
  )
  const change = (next: Record<string, unknown>) => {
    const patch = patchBetween(parameters, next)
    keep(patch && { patch, generation: kept?.generation ?? generation })
  }
  const isStale = kept !== undefined && kept.generation !== generation
  return (
    <Stack gap="lg">
      {isStale && (
        <Alert color="orange" variant="light" title={t('staged.stale')}>
          <Text size="sm">{t('staged.staleHelp')}</Text>
          <Group mt="xs" gap="xs">
            <Button size="compact-sm" variant="light" color="orange" onClick={() => keep({ ...kept, generation })}>
              {t('staged.rebase')}
            </Button>
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => keep(undefined)}>
              {t('staged.discard')}
            </Button>
          </Group>
        </Alert>
      )}
      {changes.length > 0 && !isStale && (
        <div className="staged" role="status">
          <Text size="sm" fw={600}>
            {t('staged.count', { count: changes.length })}
          </Text>
          <Group gap="xs">
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => keep(undefined)}>
              {t('staged.discard')}
            </Button>
            <Button size="compact-sm" onClick={() => setReviewing(true)}>
              {t('staged.review')}
            </Button>
          </Group>
        </div>
      )}
      <Section title={t('app.config')}>
        <fieldset className="bare" disabled={may === false}>
          <Stack gap="lg">
            {may === false && (
              <Text size="sm" c="dimmed">
                {t('common.notAllowed')}
              </Text>
            )}
            <SchemaForm
              schema={schema}
              value={values}
              onChange={change}
              problems={problems}
              choices={choices}
              wanted={{ env }}
            />
          </Stack>
        </fieldset>
      </Section>
      {isReviewing && kept && (
        <Review
          project={project}
          app={app}
          staged={kept}
          changes={changes}
          onClose={() => setReviewing(false)}
          onReleased={() => keep(undefined)}
        />
      )}
    </Stack>
  )
}
