import { Anchor, Stack, Text } from '@mantine/core'
import { Link } from 'wouter'
import { deleteApp } from '../../actions/app.ts'
import { changeSource, syncSource, uploadCode } from '../../actions/source.ts'
import { addHref } from '../../data/paths.ts'
import type { AppDetail, AppRef } from '../../data/platform.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { DangerZone } from '../../parts/danger-zone.tsx'
import { useWords } from '../../parts/language.tsx'
import { Section } from '../../parts/page.tsx'
import { WebhookSection } from './webhook.tsx'

/** Where it comes from and of which type it is; last, how to be rid of it. */
export function Settings({ data, project, app }: AppRef & { data: AppDetail }) {
  const { t } = useWords()
  const { source, template } = data.app.spec
  const facts = [
    [t('settings.source'), source.type === 'image' ? t('settings.image') : (source.url ?? t('settings.builtIn'))],
    ...(source.image ? [[t('pipeline.image'), source.image]] : [[t('settings.branch'), source.branch]]),
    [t('settings.type'), template],
  ] as [string, string][]
  return (
    <Stack gap="xl">
      <Section
        title={t('settings.source')}
        actions={[syncSource, uploadCode, changeSource].map((action) => (
          <ActionButton key={action.id} action={action} target={{ project, app, data }} size="xs" />
        ))}
      >
        <div className="panel">
          {facts.map(([label, value]) => (
            <div key={label} className="line">
              <Text size="sm" c="dimmed" w={160}>
                {label}
              </Text>
              <Text size="sm" className="name grow">
                {value}
              </Text>
            </div>
          ))}
          {source.type === 'git' && !source.url && (
            <div className="line">
              <Anchor component={Link} href={`${addHref(project, 'push')}?app=${app}`} size="sm">
                {t('app.howToPush')}
              </Anchor>
            </div>
          )}
        </div>
      </Section>
      {source.type === 'git' && source.url && <WebhookSection project={project} app={app} />}
      <DangerZone help={t('app.deleteHelp')} action={deleteApp} target={{ project, app }} />
    </Stack>
  )
}
