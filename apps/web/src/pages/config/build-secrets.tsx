import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { newSecret, removeSecret } from '../../actions/secret.ts'
import { buildSecrets } from '../../data/build-secrets.ts'
import { whyConfig } from '../../data/config-phrases.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { ActionMenu } from '../../parts/action-menu.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { When } from '../../parts/when.tsx'

/** Secrets that pipelines get by name. Values go in and never come out. */
export function BuildSecrets({ project }: { project: string }) {
  const { t, language } = useWords()
  const list = useQuery({
    queryKey: ['platform', 'secrets', project],
    queryFn: () => buildSecrets.list(project),
  })
  const create = <ActionButton action={newSecret} target={{ project }} size="xs" />
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed">
          {t('config.buildsHelp')}
        </Text>
        {list.data && list.data.length > 0 && create}
      </Group>
      <Loaded
        query={list}
        isEmpty={(all) => all.length === 0}
        empty={
          <Empty title={t('config.noSecrets')} action={create}>
            {whyConfig(language, 'builds')}
          </Empty>
        }
      >
        {(all) => (
          <div className="panel">
            {all.map(({ name, pullRequests, createdAt }) => (
              <div key={name} className="line">
                <div className="grow">
                  <Text size="sm" fw={500} ff="monospace" className="name">
                    {name}
                  </Text>
                  {pullRequests && (
                    <Text size="xs" c="dimmed">
                      {t('config.pullRequests')}
                    </Text>
                  )}
                </div>
                {createdAt && <When time={createdAt} />}
                <ActionMenu
                  actions={[removeSecret]}
                  target={{ project, name }}
                  label={`${t('common.more')}: ${name}`}
                />
              </div>
            ))}
          </div>
        )}
      </Loaded>
    </>
  )
}
