import { Button, Card, Group, Modal, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Refused } from '../data/api.ts'
import { stores } from '../data/live.ts'
import { platform } from '../data/platform.ts'
import { useWords } from './language.tsx'
import { Failure } from './loaded.tsx'
import { Preferences } from './preferences.tsx'

/** Shown in place of any page until somebody is signed in; the page asked for comes right after. */
export function SignInPage() {
  const { t } = useWords()
  return (
    <main className="centred">
      <Card withBorder padding="xl" radius="lg" w="100%" maw={400}>
        <Group gap="sm" wrap="nowrap" mb="lg">
          <img src="/icon.svg" width={40} height={40} alt="" />
          <div>
            <Title order={1} size="h2">
              Sampan 舢板
            </Title>
            <Text size="sm" c="dimmed">
              {t('signIn.tagline')}
            </Text>
          </div>
        </Group>
        <Form user="" />
        <Text size="xs" c="dimmed" mt="md">
          {t('signIn.help')}
        </Text>
        <Group justify="end" mt="md" gap={4}>
          <Preferences />
        </Group>
      </Card>
    </main>
  )
}

/** Over a page whose session has ended. Whoever signs in as somebody else gets a fresh page. */
export function SignIn({ user }: { user: string }) {
  const { t } = useWords()
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} title={t('signIn.button')} zIndex={400}>
      <Text size="sm" mb="md">
        {t('shell.sessionOver')}
      </Text>
      <Form user={user} />
    </Modal>
  )
}

function Form({ user: before }: { user: string }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [user, setUser] = useState(before || 'admin')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => platform.signIn(user, password),
    // A network that changes under the request is no answer.
    retry: (count, error) => !(error instanceof Refused) && count < 2,
    onSuccess: async () => {
      if (before && user !== before) location.reload()
      else if (!before) stores.clear()
      await client.invalidateQueries()
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        signIn.mutate()
      }}
    >
      <Stack>
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
          data-autofocus
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
        />
        {signIn.isError && <Failure error={signIn.error} />}
        <Button type="submit" loading={signIn.isPending} fullWidth>
          {t('signIn.button')}
        </Button>
      </Stack>
    </form>
  )
}
