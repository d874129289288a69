import { Stack, Text } from '@mantine/core'
import type { Environment } from '@sampan/resources/sampan/environment'
import { newEnvironment, removeEnvironment } from '../../actions/environment.ts'
import { deleteProject } from '../../actions/project.ts'
import { useObjects } from '../../data/live.ts'
import { sourceOf } from '../../data/ours.ts'
import { projectHref } from '../../data/paths.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { ActionMenu } from '../../parts/action-menu.tsx'
import { DangerZone } from '../../parts/danger-zone.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Page as Frame, Section } from '../../parts/page.tsx'
import { Members } from './members.tsx'

/** Who belongs to a project, where its apps run; last, how to be rid of it. */
export function Page({ project }: { project: string }) {
  const { t } = useWords()
  const environments = useObjects<Environment>(sourceOf('environments', project))
  return (
    <Frame
      title={t('project.settings')}
      trail={[
        { label: t('home.title'), href: '/' },
        { label: project, href: projectHref(project) },
      ]}
    >
      <Stack gap="xl" className="column">
        <Members project={project} />
        <Section
          title={t('project.environments')}
          actions={<ActionButton action={newEnvironment} target={{ project }} size="xs" />}
        >
          <Loaded query={environments}>
            {(all) => (
              <div className="panel">
                {all
                  .toSorted((a, b) => a.spec.order - b.spec.order)
                  .map(({ metadata, spec, status }) => (
                    <div key={metadata.uid} className="line">
                      <div className="grow">
                        <Text size="sm" fw={500} className="name">
                          {metadata.name}
                        </Text>
                        <Text size="xs" c="dimmed" className="name">
                          {t('project.policy')}{' '}
                          {t(spec.policy === 'approval' ? 'project.policyApproval' : 'project.policyAutomatic')}
                          {status?.domain && ` · *.${status.domain}`}
                          {status?.message && ` · ${status.message}`}
                        </Text>
                      </div>
                      <ActionMenu
                        actions={[removeEnvironment]}
                        target={{ project, environment: metadata.name }}
                        label={`${t('common.more')}: ${metadata.name}`}
                      />
                    </div>
                  ))}
              </div>
            )}
          </Loaded>
        </Section>
        <DangerZone help={t('project.deleteHelp')} action={deleteProject} target={project} />
      </Stack>
    </Frame>
  )
}
