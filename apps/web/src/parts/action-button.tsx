import { Button, type ButtonProps } from '@mantine/core'
import { Suspense, useState } from 'react'
import type { Action } from '../data/action.ts'
import { useMay } from '../data/permissions.ts'
import { useActions } from './action-provider.tsx'
import { useWords } from './language.tsx'
import { lazily } from './lazily.ts'

/** Only a button that cannot be used now has something to explain. */
const Explained = lazily(() => import('./explained.tsx'), 'Explained')

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
  if (!obstacle) return button
  return (
    <Suspense fallback={button}>
      <Explained label={t(obstacle)}>{button}</Explained>
    </Suspense>
  )
}
