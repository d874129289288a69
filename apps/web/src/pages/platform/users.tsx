import { Badge, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { disableUser, enableUser, newUser, removeUser, resetPassword } from '../../actions/user.ts'
import { platform } from '../../data/platform.ts'
import { useMe } from '../../data/session.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { ActionMenu } from '../../parts/action-menu.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { State } from '../../parts/state.tsx'
import { When } from '../../parts/when.tsx'

/** Who may sign in. */
export function Users() {
  const { t } = useWords()
  const me = useMe()
  const users = useQuery({ queryKey: ['platform', 'users'], queryFn: platform.users })
  return (
    <div className="column">
      <Group justify="end" mb="sm">
        <ActionButton action={newUser} target={undefined} />
      </Group>
      <Loaded query={users}>
        {(all) => (
          <div className="panel">
            {all.map((user) => (
              <div key={user.name} className="line">
                <div className="grow">
                  <Group gap="xs">
                    <Text size="sm" fw={500} className="name">
                      {user.name}
                    </Text>
                    {user.groups?.includes('sampan:admins') && <Badge size="sm">{t('platform.admin')}</Badge>}
                    {user.disabled && <State value="disabled" size="sm" />}
                  </Group>
                  <Text size="xs" c="dimmed" className="name">
                    {[user.title, user.email].filter(Boolean).join(' · ')}
                  </Text>
                </div>
                {user.createdAt && <When time={user.createdAt} />}
                <ActionMenu
                  actions={[resetPassword, disableUser, enableUser, removeUser]}
                  target={{ user, isMe: user.name === me.name }}
                  label={`${t('common.more')}: ${user.name}`}
                />
              </div>
            ))}
          </div>
        )}
      </Loaded>
    </div>
  )
}
