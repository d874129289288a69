import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { newToken, revokeToken } from '../../actions/token.ts'
import { platform } from '../../data/platform.ts'
import { useMe } from '../../data/session.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useActions } from '../../parts/action-provider.tsx'
import { Facts } from '../../parts/facts.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure, Loaded } from '../../parts/loaded.tsx'
import { Page as Frame, Section } from '../../parts/page.tsx'
import { When } from '../../parts/when.tsx'

/** One's own name, password and tokens. */
export function Page() {
  const { t } = useWords()
  const me = useMe()
  return (
    <Frame title={t('shell.account')} trail={[{ label: t('home.title'), href: '/' }]}>
      <Stack gap="xl" className="column">
        <Facts
          facts={[
            [t('signIn.user'), me.name],
            [t('account.groups'), me.groups.filter((one) => !one.startsWith('system:')).join(', ') || t('common.none')],
          ]}
        />
        <Section title={t('account.password')}>
          <Password />
        </Section>
        <Section title={t('account.tokens')} actions={<ActionButton action={newToken} target={undefined} size="xs" />}>
          <Tokens />
        </Section>
      </Stack>
    </Frame>
  )
}

function Password() {
  const { t } = useWords()
  const me = useMe()
  const client = useQueryClient()
  const { context } = useActions()
  const [old, setOld] = useState('')
  const [password, setPassword] = useState('')
  const change = useMutation({
    // All sessions end with the old password, this one too: it goes on with a new one.
    mutationFn: async () => {
      await platform.changePassword(old, password)
      await platform.signIn(me.name, password)
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['me'] })
      setOld('')
      setPassword('')
      context.say({ key: 'common.saved' })
    },
  })
  const reveal = { 'aria-label': t('signIn.show') }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        change.mutate()
      }}
    >
      <Stack maw={360}>
        <PasswordInput
          label={t('account.oldPassword')}
          autoComplete="current-password"
          value={old}
          onChange={(event) => setOld(event.currentTarget.value)}
          visibilityToggleButtonProps={reveal}
          required
        />
        <PasswordInput
          label={t('account.newPassword')}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={reveal}
          required
        />
        {change.isError && <Failure error={change.error} />}
        <Group>
          <Button type="submit" variant="default" loading={change.isPending}>
            {t('account.changePassword')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Tokens() {
  const { t, said } = useWords()
  const tokens = useQuery({ queryKey: ['platform', 'tokens'], queryFn: platform.tokens })
  return (
    <Loaded query={tokens}>
      {(all) => {
        const own = all.filter(({ use }) => use === 'token')
        if (own.length === 0)
          return (
            <Text size="sm" c="dimmed">
              {t('account.noTokens')}
            </Text>
          )
        return (
          <div className="panel">
            {own.map(({ id, title, createdAt }) => (
              <div key={id} className="line">
                <Text size="sm" className="name grow">
                  {said(title ?? id)}
                </Text>
                {createdAt && <When time={createdAt} />}
                <ActionButton
                  action={revokeToken}
                  target={{ id, title: title ?? id }}
                  size="compact-xs"
                  variant="subtle"
                />
              </div>
            ))}
          </div>
        )
      }}
    </Loaded>
  )
}
