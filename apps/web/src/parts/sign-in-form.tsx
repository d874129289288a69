import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Refused } from '../data/api.ts'
import { stores } from '../data/live.ts'
import { rights } from '../data/permissions.ts'
import { platform } from '../data/platform.ts'
import { useWords } from './language.tsx'
import { Failure } from './loaded.tsx'

/** Name and password. `user`: who was signed in before, if anybody; somebody else gets a fresh page. */
export function SignInForm({ user: before }: { user: string }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [user, setUser] = useState(before || 'admin')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => platform.signIn(user, password),
    meta: { isSignIn: true },
    // A network that changes under the request is no answer.
    retry: (count, error) => !(error instanceof Refused) && count < 2,
    onSuccess: async () => {
      if (before && user !== before) return location.reload()
      if (before) stores.retryRefused()
      else stores.clear()
      rights.askAgain()
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
