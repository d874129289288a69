import { ReloadIcon } from '@radix-ui/react-icons'
import type { Action } from '../data/action.ts'
import { api } from '../data/api.ts'
import { apiPath } from '../data/discovery.ts'

export interface InstanceTarget {
  namespace: string
  pod: string
}

const pods = { group: '', version: 'v1', plural: 'pods', isNamespaced: true }

export const restartInstance: Action<InstanceTarget> = {
  id: 'instance.restart',
  label: 'app.restartInstance',
  icon: ReloadIcon,
  right: ({ namespace }) => ({ verb: 'delete', group: '', resource: 'pods', namespace }),
  question: ({ pod }) => ({
    title: { key: 'app.restartInstance' },
    text: { key: 'app.restartInstanceAsk', values: { pod } },
  }),
  run: ({ namespace, pod }) => api(`/kube${apiPath(pods, { namespace, name: pod })}`, { method: 'DELETE' }),
}

/** What can be done with one running instance, wherever instances are listed. */
export const instanceActions: readonly Action<InstanceTarget>[] = [restartInstance]
