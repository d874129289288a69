import { Anchor, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { newWebhook } from '../../actions/source.ts'
import { pipelineHref } from '../../data/paths.ts'
import type { AppRef } from '../../data/platform.ts'
import { sourceText } from '../../data/source-phrases.ts'
import { sources } from '../../data/sources.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Copyable } from '../../parts/copyable.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Section } from '../../parts/page.tsx'
import { When } from '../../parts/when.tsx'

/** How the host of the code tells of a push at once, and what it has told. */
export function WebhookSection({ project, app }: AppRef) {
  const { t, said, language } = useWords()
  const hook = useQuery({
    queryKey: ['platform', 'webhook', project, app],
    queryFn: () => sources.webhook({ project, app }),
  })
  return (
    <Section
      title={t('settings.webhook')}
      actions={<ActionButton action={newWebhook} target={{ project, app }} size="xs" />}
    >
      <Loaded query={hook}>
        {({ url, isSet, deliveries }) => (
          <Stack gap="xs">
            <Text size="sm" c="dimmed">
              {sourceText(language, isSet ? 'webhookIsSet' : 'webhookHelp')}
            </Text>
            <Copyable value={url} />
            {deliveries.length > 0 && (
              <div className="panel">
                {deliveries.slice(0, 5).map((one) => (
                  <div key={one.id} className="line">
                    <span className="grow">
                      <Text size="sm" className="name">
                        {said(one.message)}
                      </Text>
                      <Text size="xs" c="dimmed">
                        {[one.host, one.event].filter(Boolean).join(' · ')}
                        {one.pipeline && (
                          <>
                            {' · '}
                            <Anchor component={Link} href={pipelineHref(project, one.pipeline)} inherit>
                              {one.pipeline}
                            </Anchor>
                          </>
                        )}
                      </Text>
                    </span>
                    <When time={one.time} />
                  </div>
                ))}
              </div>
            )}
          </Stack>
        )}
      </Loaded>
    </Section>
  )
}
