import { KeyboardIcon, MagnifyingGlassIcon } from '@radix-ui/react-icons'
import type { Action } from '../data/action.ts'

/** Everything there is, by name. */
export const paletteAction: Action<undefined> = {
  id: 'shell.palette',
  label: 'common.search',
  icon: MagnifyingGlassIcon,
  shortcut: 'mod+k',
  run: (_, { open }) => open(() => import('../parts/palette.tsx'), undefined),
}

export const shortcutsAction: Action<undefined> = {
  id: 'shell.shortcuts',
  label: 'shell.keys',
  icon: KeyboardIcon,
  shortcut: '?',
  run: (_, { open }) => open(() => import('../parts/shortcuts.tsx'), undefined),
}
