import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { DialogProps } from '../../data/action.ts'
import type { AppRef } from '../../data/platform.ts'
import { sourceText } from '../../data/source-phrases.ts'
import { sources } from '../../data/sources.ts'
import { Copyable } from '../../parts/copyable.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'

/** Makes the secret that a host signs its deliveries with, and shows it this once with where to put it. */
export function Dialog({ target, close }: DialogProps<AppRef>) {
  const { t, language } = useWords()
  const [made, setMade] = useState<{ url: string; secret: string }>()
  if (!made)
    return (
      <FormDialog
        title="settings.newWebhook"
        submit="common.create"
        onSubmit={async () => setMade(await sources.newWebhook(target))}
        close={close}
        onDone={() => undefined}
      >
        <Text size="sm">{sourceText(language, 'newWebhookHelp')}</Text>
      </FormDialog>
    )
  return (
    <Modal opened onClose={close} title={t('settings.webhook')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Stack>
        <Text size="sm">{sourceText(language, 'webhookSteps')}</Text>
        <div>
          <Text size="sm" fw={500}>
            {sourceText(language, 'webhookUrl')}
          </Text>
          <Copyable value={made.url} />
        </div>
        <div>
          <Text size="sm" fw={500}>
            {sourceText(language, 'webhookSecret')}
          </Text>
          <Copyable value={made.secret} />
        </div>
        <Text size="xs" c="dimmed">
          {sourceText(language, 'webhookOnce')}
        </Text>
        <Group justify="end">
          <Button onClick={close}>{t('common.close')}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
