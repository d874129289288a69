import {
  ActivityLogIcon,
  ArchiveIcon,
  BellIcon,
  ComponentInstanceIcon,
  CubeIcon,
  DashboardIcon,
  DesktopIcon,
  GearIcon,
  HomeIcon,
  InfoCircledIcon,
  LayersIcon,
  LockClosedIcon,
  MixerHorizontalIcon,
  PersonIcon,
  RocketIcon,
} from '@radix-ui/react-icons'
import type { Action } from './data/action.ts'
import type { MessageKey } from './data/messages.ts'
import type { Right } from './data/permissions.ts'

/** One line of the navigation. `{project}` in `href` is the project that is chosen. */
export interface NavItem {
  label: MessageKey
  icon: Action<void>['icon']
  href: string
  shortcut?: string
  right?: Right
}

export interface NavSection {
  /** Without one: at the top. */
  title?: MessageKey
  /** Only shown when a project is chosen. */
  needsProject?: boolean
  items: readonly NavItem[]
}

const listNodes: Right = { verb: 'list', group: '', resource: 'nodes' }
const listUsers: Right = { verb: 'list', group: 'sampan.dev', resource: 'users' }

/** The navigation as data: sidebar, palette and keyboard are made of it. */
export const navigation: readonly NavSection[] = [
  { items: [{ label: 'home.title', icon: HomeIcon, href: '/', shortcut: 'g h' }] },
  {
    title: 'shell.project',
    needsProject: true,
    items: [
      { label: 'project.overview', icon: DashboardIcon, href: '/projects/{project}', shortcut: 'g o' },
      { label: 'pipeline.title', icon: ActivityLogIcon, href: '/projects/{project}/pipelines', shortcut: 'g p' },
      { label: 'config.title', icon: LockClosedIcon, href: '/projects/{project}/config', shortcut: 'g c' },
      { label: 'project.settings', icon: MixerHorizontalIcon, href: '/projects/{project}/settings', shortcut: 'g s' },
    ],
  },
  {
    title: 'shell.cluster',
    items: [
      { label: 'cluster.nodes', icon: DesktopIcon, href: '/cluster/nodes', shortcut: 'g n', right: listNodes },
      { label: 'cluster.workloads', icon: RocketIcon, href: '/cluster/workloads', shortcut: 'g w' },
      { label: 'cluster.storage', icon: ArchiveIcon, href: '/cluster/storage' },
      { label: 'cluster.events', icon: BellIcon, href: '/cluster/events', shortcut: 'g e' },
      { label: 'cluster.kinds', icon: ComponentInstanceIcon, href: '/cluster/kinds', shortcut: 'g k' },
    ],
  },
  {
    title: 'shell.platform',
    items: [
      { label: 'platform.users', icon: PersonIcon, href: '/platform/users', shortcut: 'g u', right: listUsers },
      { label: 'platform.disk', icon: LayersIcon, href: '/platform/disk', right: listNodes },
      { label: 'platform.types', icon: CubeIcon, href: '/platform/types', right: listUsers },
      { label: 'platform.settings', icon: GearIcon, href: '/platform/settings', right: listNodes },
      { label: 'platform.about', icon: InfoCircledIcon, href: '/platform/about' },
    ],
  },
]

/** Where an item leads; undefined when it needs a project and there is none. */
export const hrefOf = ({ href }: NavItem, project: string | undefined): string | undefined =>
  href.includes('{project}') ? project && href.replace('{project}', encodeURIComponent(project)) : href

/** A navigation item as an action, for palette and keyboard. */
export const goTo = (item: NavItem): Action<string> => ({
  id: `go.${item.label}`,
  label: item.label,
  icon: item.icon,
  ...(item.shortcut && { shortcut: item.shortcut }),
  ...(item.right && { right: () => item.right }),
  run: (href, { go }) => go(href),
})
