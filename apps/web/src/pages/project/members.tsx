import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { Cross2Icon } from '@radix-ui/react-icons'
import type { Project } from '@sampan/resources/sampan/project'
import { projectRoles } from '@sampan/resources/sampan/project'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../data/api.ts'
import { useMay } from '../../data/permissions.ts'
import { platform } from '../../data/platform.ts'
import { roleKeys } from '../../data/roles.ts'
import { useWords } from '../../parts/language.tsx'
import { Failure, Loaded } from '../../parts/loaded.tsx'
import { Section } from '../../parts/page.tsx'

type Member = NonNullable<Project['spec']['members']>[number]

/** Members with their roles; whoever may not change them sees them. */
export function Members({ project }: { project: string }) {
  const { t } = useWords()
  const client = useQueryClient()
  const found = useQuery({
    queryKey: ['platform', 'project', project],
    queryFn: () => api<Project>(`/kube/apis/sampan.dev/v1/projects/${encodeURIComponent(project)}`),
  })
  const may = useMay({ verb: 'update', group: 'sampan.dev', resource: 'projects', name: project }) ?? false
  const [user, setUser] = useState('')
  const [role, setRole] = useState<Member['role']>('developer')
  const change = useMutation({
    mutationFn: (members: readonly Member[]) => platform.changeProject(project, { members }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['platform'] }),
  })
  const roles = projectRoles.map((value) => ({ value, label: t(roleKeys[value]) }))
  return (
    <Section title={t('project.members')}>
      <Loaded query={found}>
        {({ spec: { members = [] } }) => (
          <Stack gap="sm">
            <div className="panel">
              {members.map((one) => (
                <div key={one.user} className="line">
                  <Text size="sm" fw={500} className="name grow">
                    {one.user}
                  </Text>
                  {may ? (
                    <Select
                      size="xs"
                      w={140}
                      aria-label={`${t('column.role')}: ${one.user}`}
                      data={roles}
                      value={one.role}
                      allowDeselect={false}
                      onChange={(next) =>
                        next &&
                        change.mutate(
                          members.map((each) => (each === one ? { ...one, role: next as Member['role'] } : each)),
                        )
                      }
                    />
                  ) : (
                    <Text size="sm" c="dimmed">
                      {t(roleKeys[one.role])}
                    </Text>
                  )}
                  {may && (
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={`${t('common.remove')} ${one.user}`}
                      onClick={() => change.mutate(members.filter((each) => each !== one))}
                    >
                      <Cross2Icon />
                    </ActionIcon>
                  )}
                </div>
              ))}
            </div>
            {may && (
              <form
                onSubmit={(event) => {
                  event.preventDefault()
                  change.mutate([...members, { user: user.trim(), role }], { onSuccess: () => setUser('') })
                }}
              >
                <Group gap="xs" align="end">
                  <TextInput
                    size="xs"
                    label={t('column.user')}
                    value={user}
                    onChange={(event) => setUser(event.currentTarget.value)}
                    className="grow"
                    required
                  />
                  <Select
                    size="xs"
                    w={140}
                    label={t('column.role')}
                    data={roles}
                    value={role}
                    allowDeselect={false}
                    onChange={(next) => next && setRole(next as Member['role'])}
                  />
                  <Button size="xs" type="submit" variant="default" loading={change.isPending}>
                    {t('project.addMember')}
                  </Button>
                </Group>
              </form>
            )}
            {change.isError && <Failure error={change.error} />}
          </Stack>
        )}
      </Loaded>
    </Section>
  )
}
