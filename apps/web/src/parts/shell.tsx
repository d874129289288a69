import {
  ActionIcon,
  Alert,
  AppShell,
  Button,
  Group,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core'
import { ExitIcon, MoonIcon, SunIcon } from '@radix-ui/react-icons'
import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { platform } from '../data/platform.ts'
import { useWords } from './language.tsx'
import { useLive } from './live.tsx'

/** What is around every page: name, language, brightness, leaving; and a banner when the line is down. */
export function Shell({ user, children }: { user: string; children: ReactNode }) {
  const { t } = useWords()
  const client = useQueryClient()
  const isConnected = useLive()
  const signOut = async () => {
    await platform.signOut()
    client.clear()
    location.assign('/')
  }
  return (
    <AppShell header={{ height: 56 }} padding="md">
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Link href="/" className="brand">
            <img src="/icon.svg" width={28} height={28} alt="" />
            <Text fw={700} size="lg">
              Sampan
            </Text>
          </Link>
          <Group gap="xs" wrap="nowrap">
            <Text size="sm" c="dimmed" visibleFrom="xs">
              {user}
            </Text>
            <Preferences />
            <Tooltip label={t('shell.signOut')}>
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('shell.signOut')} onClick={signOut}>
                <ExitIcon width={18} height={18} />
              </ActionIcon>
            </Tooltip>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main>
        {!isConnected && (
          <Alert color="orange" mb="md" role="status">
            {t('shell.connectionLost')}
          </Alert>
        )}
        <div className="page">{children}</div>
      </AppShell.Main>
    </AppShell>
  )
}

/** Language and brightness, also before signing in. */
export function Preferences() {
  const { t, language, setLanguage } = useWords()
  const { setColorScheme } = useMantineColorScheme()
  const isDark = useComputedColorScheme('light') === 'dark'
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
      >
        {t('shell.language')}
      </Button>
      <Tooltip label={t('shell.dark')}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t('shell.dark')}
          onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
        >
          {isDark ? <SunIcon width={18} height={18} /> : <MoonIcon width={18} height={18} />}
        </ActionIcon>
      </Tooltip>
    </>
  )
}
