import { PlusIcon, TrashIcon } from '@radix-ui/react-icons'
import type { Action } from '../data/action.ts'
import { platform } from '../data/platform.ts'

export const newProject: Action<void> = {
  id: 'project.new',
  label: 'project.new',
  icon: PlusIcon,
  shortcut: 'n p',
  right: () => ({ verb: 'create', group: 'sampan.dev', resource: 'projects' }),
  run: (_, { open }) => open(() => import('../pages/project/new.tsx'), undefined),
}

export const addToProject: Action<string> = {
  id: 'project.add',
  label: 'add.title',
  icon: PlusIcon,
  shortcut: 'n a',
  right: (namespace) => ({ verb: 'create', group: 'sampan.dev', resource: 'apps', namespace }),
  run: (project, { go }) => go(`/projects/${encodeURIComponent(project)}/add`),
}

export const deleteProject: Action<string> = {
  id: 'project.delete',
  label: 'project.delete',
  icon: TrashIcon,
  isDangerous: true,
  right: (name) => ({ verb: 'delete', group: 'sampan.dev', resource: 'projects', name }),
  question: (name) => ({
    title: { key: 'project.delete' },
    text: { key: 'project.deleteAsk', values: { name } },
    typed: name,
  }),
  run: async (name, { go }) => {
    await platform.removeProject(name)
    go('/')
  },
  done: 'project.deleted',
}
