import { Button, Card, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { platform } from '../../data/platform.ts'
import { useWords } from '../../parts/language.tsx'
import { Failure } from '../../parts/loaded.tsx'
import { Preferences } from '../../parts/shell.tsx'

/** Shown in place of any page until somebody is signed in; the page asked for comes right after. */
export function SignInPage() {
  const { t } = useWords()
  const client = useQueryClient()
  const [user, setUser] = useState('admin')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => platform.signIn(user, password),
    onSuccess: () => client.invalidateQueries(),
  })
  return (
    <main className="centred">
      <Card withBorder padding="xl" radius="md" w="100%" maw={400}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            signIn.mutate()
          }}
        >
          <Stack>
            <Group gap="sm" wrap="nowrap">
              <img src="/icon.svg" width={40} height={40} alt="" />
              <div>
                <Title order={1} size="h3">
                  Sampan 舢板
                </Title>
                <Text size="sm" c="dimmed">
                  {t('signIn.tagline')}
                </Text>
              </div>
            </Group>
            <TextInput
              label={t('signIn.user')}
              autoComplete="username"
              value={user}
              onChange={(event) => setUser(event.currentTarget.value)}
              required
            />
            <PasswordInput
              label={t('signIn.password')}
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              required
              autoFocus
            />
            {signIn.isError && <Failure error={signIn.error} />}
            <Button type="submit" loading={signIn.isPending}>
              {t('signIn.button')}
            </Button>
            <Text size="xs" c="dimmed">
              {t('signIn.help')}
            </Text>
          </Stack>
        </form>
        <Group justify="end" mt="md" gap="xs">
          <Preferences />
        </Group>
      </Card>
    </main>
  )
}
