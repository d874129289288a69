import { DotsHorizontalIcon } from '@radix-ui/react-icons'
import type { Action } from '../data/action.ts'
import { useMays } from '../data/permissions.ts'
import { useActions } from './action-provider.tsx'
import { useWords } from './language.tsx'
import { MenuButton, MenuItems } from './menu.tsx'

interface Props<T> {
  actions: readonly Action<T>[]
  target: T
  label: string
}

/** Actions behind three dots: those that are forbidden are left out, those that cannot be done now say why. */
export function ActionMenu<T>({ actions, target, label }: Props<T>) {
  return (
    <MenuButton label={label} items={<ActionItems actions={actions} target={target} />}>
      <DotsHorizontalIcon />
    </MenuButton>
  )
}

function ActionItems<T>({ actions, target }: Omit<Props<T>, 'label'>) {
  const { t } = useWords()
  const { start } = useActions()
  const mays = useMays(actions.map((action) => action.right?.(target)))
  const entries = actions.flatMap((action, i) => {
    const obstacle = action.obstacle?.(target)
    if (!mays[i] || obstacle === 'hidden') return []
    return {
      key: action.id,
      label: t(action.label),
      icon: action.icon,
      ...(action.isDangerous && { isDangerous: true }),
      ...(obstacle && { obstacle: t(obstacle) }),
      run: () => void start(action, target),
    }
  })
  return <MenuItems entries={entries} />
}
