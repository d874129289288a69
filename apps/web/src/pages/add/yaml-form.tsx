import { Anchor, Button, Group, Select, Stack, Text, Textarea } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { namespaceOf } from '../../data/app-detail.ts'
import { type Applied, applyYaml } from '../../data/apply-yaml.ts'
import { platform } from '../../data/platform.ts'
import { useWords } from '../../parts/language.tsx'
import { Failure } from '../../parts/loaded.tsx'
import { Section } from '../../parts/page.tsx'

/** Kubernetes objects as they are, by server-side apply into an environment. */
export function YamlForm({ project }: { project: string }) {
  const { t } = useWords()
  const projects = useQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  const environments = projects.data?.find(({ name }) => name === project)?.environments ?? []
  const [chosen, setChosen] = useState<string | null>(null)
  const [yaml, setYaml] = useState('')
  const environment = chosen ?? environments[0]
  const apply = useMutation({
    mutationFn: () => applyYaml(yaml, namespaceOf(project, environment ?? '')),
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        apply.mutate()
      }}
    >
      <Stack>
        <Select
          label={t('add.environment')}
          data={environments}
          value={environment ?? null}
          onChange={setChosen}
          allowDeselect={false}
          maw={280}
        />
        <Textarea
          label={t('add.yamlField')}
          value={yaml}
          onChange={(event) => setYaml(event.currentTarget.value)}
          autosize
          minRows={14}
          maxRows={30}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          required
        />
        {apply.isError && <Failure error={apply.error} />}
        <Group justify="end">
          <Button type="submit" loading={apply.isPending} disabled={!environment}>
            {t('add.apply')}
          </Button>
        </Group>
        {apply.data && <Results applied={apply.data} />}
      </Stack>
    </form>
  )
}

function Results({ applied }: { applied: readonly Applied[] }) {
  const { t } = useWords()
  return (
    <Section title={t('add.result')}>
      <div className="panel" role="status">
        {applied.map(({ kind, name, href, error }) => (
          <div key={`${kind}/${name}`} className="line">
            <div className="grow">
              <Text size="sm" fw={500} className="name">
                {kind}{' '}
                {href ? (
                  <Anchor component={Link} href={href} inherit>
                    {name}
                  </Anchor>
                ) : (
                  name
                )}
              </Text>
              <Text size="xs" c={error ? 'red' : 'dimmed'} className="name">
                {error?.message ?? t('add.applied')}
              </Text>
            </div>
          </div>
        ))}
      </div>
    </Section>
  )
}
