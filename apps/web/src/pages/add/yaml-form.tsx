import { Select, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { namespaceOf } from '../../data/app-detail.ts'
import { platform } from '../../data/platform.ts'
import { useWords } from '../../parts/language.tsx'
import { YamlCreate } from '../../parts/yaml-create.tsx'

/** Kubernetes objects as they are, by server-side apply into an environment. */
export function YamlForm({ project }: { project: string }) {
  const { t } = useWords()
  const projects = useQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  const environments = projects.data?.find(({ name }) => name === project)?.environments ?? []
  const [chosen, setChosen] = useState<string | null>(null)
  const environment = chosen ?? environments[0]
  return (
    <Stack>
      <Select
        label={t('add.environment')}
        data={environments}
        value={environment ?? null}
        onChange={setChosen}
        allowDeselect={false}
        maw={280}
      />
      {environment && <YamlCreate namespace={namespaceOf(project, environment)} />}
    </Stack>
  )
}
