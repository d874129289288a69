import { ArchiveIcon, ArrowUpIcon, CodeIcon, CommitIcon, CubeIcon, RocketIcon } from '@radix-ui/react-icons'
import type { Action } from '../../data/action.ts'
import type { MessageKey } from '../../data/messages.ts'

/** How something gets into a project. */
export interface Way {
  name: 'push' | 'git' | 'image' | 'upload' | 'yaml' | 'sample'
  label: MessageKey
  help: MessageKey
  icon: Action<void>['icon']
}

export const ways: readonly Way[] = [
  { name: 'git', label: 'add.git', help: 'add.gitHelp', icon: CommitIcon },
  { name: 'push', label: 'add.push', help: 'add.pushHelp', icon: ArrowUpIcon },
  { name: 'upload', label: 'add.upload', help: 'add.uploadHelp', icon: ArchiveIcon },
  { name: 'image', label: 'add.image', help: 'add.imageHelp', icon: CubeIcon },
  { name: 'yaml', label: 'add.yaml', help: 'add.yamlHelp', icon: CodeIcon },
  { name: 'sample', label: 'add.sample', help: 'add.sampleHelp', icon: RocketIcon },
]
