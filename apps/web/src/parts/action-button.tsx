import { ActionIcon, Button, type ButtonProps, Menu, Tooltip } from '@mantine/core'
import { DotsHorizontalIcon } from '@radix-ui/react-icons'
import { useState } from 'react'
import type { Action } from '../data/action.ts'
import { useMay } from '../data/permissions.ts'
import { useActions } from './action-provider.tsx'
import { useWords } from './language.tsx'

interface Props<T> extends Pick<ButtonProps, 'variant' | 'size' | 'color'> {
  action: Action<T>
  target: T
}

/** An action as a button: not there for who may not, explained when it cannot be done now. */
export function ActionButton<T>({ action, target, ...look }: Props<T>) {
  const { t } = useWords()
  const { start } = useActions()
  const [isBusy, setBusy] = useState(false)
  const may = useMay(action.right?.(target))
  const obstacle = action.obstacle?.(target)
  if (!may || obstacle === 'hidden') return null
  const Icon = action.icon
  const button = (
    <Button
      leftSection={<Icon width={15} height={15} />}
      color={action.isDangerous ? 'red' : undefined}
      variant="default"
      {...look}
      loading={isBusy}
      data-disabled={obstacle ? true : undefined}
      aria-disabled={obstacle ? true : undefined}
      onClick={async () => {
        if (obstacle) return
        setBusy(true)
        await start(action, target).finally(() => setBusy(false))
      }}
    >
      {t(action.label)}
    </Button>
  )
  return obstacle ? <Tooltip label={t(obstacle)}>{button}</Tooltip> : button
}

/** Actions behind three dots. */
export function ActionMenu<T>({ actions, target, label }: { actions: readonly Action<T>[]; target: T; label: string }) {
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={label}>
          <DotsHorizontalIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map((action) => (
          <ActionItem key={action.id} action={action} target={target} />
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function ActionItem<T>({ action, target }: { action: Action<T>; target: T }) {
  const { t } = useWords()
  const { start } = useActions()
  const may = useMay(action.right?.(target))
  const obstacle = action.obstacle?.(target)
  if (!may || obstacle === 'hidden') return null
  const Icon = action.icon
  return (
    <Menu.Item
      leftSection={<Icon width={15} height={15} />}
      color={action.isDangerous ? 'red' : undefined}
      disabled={obstacle !== undefined}
      title={obstacle && t(obstacle)}
      onClick={() => void start(action, target)}
    >
      {t(action.label)}
    </Menu.Item>
  )
}
