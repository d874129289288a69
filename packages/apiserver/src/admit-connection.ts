import type { Admitted } from './admission/interfaces.ts'
import { mutateAll, surroundings, validateAll } from './admit.ts'
import type { Context } from './context.ts'
import type { Call } from './handlers.ts'
import type { OneTarget } from './target.ts'

/** Subresources that open a connection into something, and the kind of their options. */
const connections: Readonly<Record<string, string>> = {
  exec: 'PodExecOptions',
  attach: 'PodAttachOptions',
  portforward: 'PodPortForwardOptions',
  proxy: 'ProxyOptions',
}

const flags = new Set(['stdin', 'stdout', 'stderr', 'tty'])

/** Admission of exec, attach, port-forward and proxy: may refuse, changes nothing. */
export async function admitConnection(context: Context, target: OneTarget, call: Call): Promise<void> {
  const kind = connections[target.subresource ?? '']
  if (!kind) return
  const { served, namespace, name, subresource } = target
  const options: Record<string, unknown> = { kind, apiVersion: 'v1' }
  for (const key of new Set(call.query.keys())) {
    const values = call.query.getAll(key)
    options[key] = key === 'command' ? values : flags.has(key) ? values[0] === 'true' || values[0] === '1' : values[0]
  }
  const write: Admitted = {
    operation: 'CONNECT',
    definition: served.definition,
    subresource,
    namespace,
    name,
    object: options as unknown as Admitted['object'],
    old: undefined,
    user: call.user,
    dryRun: false,
    ...surroundings(context, call),
  }
  await mutateAll(context, write)
  await validateAll(context, write)
}
