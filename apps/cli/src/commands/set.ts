import type { App } from '@sampan/resources/sampan/app'
import { type Command, type Invocation, Usage } from '../command.ts'
import { follow } from '../progress.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'
import { parametersFrom } from './launch.ts'

const text = { type: 'string' } as const
const many = { type: 'string', multiple: true } as const

/** What an app is run, built and checked with. Without flags: what it is now. */
export const set: Command = {
  summary: "change an app's port, memory, variables, host names, build limits; without flags: show them",
  usage: '[APP] [FLAG VALUE]…',
  details: `  --port N  --instances N  --cpu 500m  --memory 512Mi
  --env KEY=VALUE…  --unset KEY…        environment variables
  --host NAME…                          host names besides the generated one (--host "" takes them away)
  --check PATH                          what is asked before a release counts as done
  --build-cpu N  --build-memory 4Gi  --build-disk 20Gi  --build-pids N  --build-timeout SECONDS
  --dockerfile PATH  --context FOLDER   where the Dockerfile is, and the folder it sees
  --pipeline FILE                       instead of .drone.yml
  --protected on|off                    a file that is not signed waits for approval
Running instances are replaced one by one; what is built with takes effect at the next run.`,
  flags: {
    ...appFlags,
    port: text,
    instances: { type: 'string', short: 'i' },
    cpu: text,
    memory: text,
    env: many,
    unset: many,
    host: many,
    check: text,
    'build-cpu': text,
    'build-memory': text,
    'build-disk': text,
    'build-pids': text,
    'build-timeout': text,
    dockerfile: text,
    context: text,
    pipeline: text,
    protected: text,
  },
  async run(invocation) {
    const { words, json, out } = invocation
    if (words.length > 1) throw new Usage('Say: sampan set [APP] --memory 512Mi')
    const target = targetOf(invocation, words[0])
    const parameters = parametersOf(invocation)
    const spec = buildOf(invocation)
    const api = await invocation.api()
    if (Object.keys(spec).length > 0) {
      const path = `/kube/apis/sampan.dev/v1/namespaces/${encodeURIComponent(target.project)}/apps/${encodeURIComponent(target.app)}`
      await api.get(pathOf(target)) // a wrong app is told as such
      await api.patch(path, { spec }, 'application/merge-patch+json')
    }
    if (Object.keys(parameters).length > 0) {
      const { rollout } = await api.patch<{ rollout?: string }>(`${pathOf(target)}/parameters`, parameters)
      if (rollout) return follow(api, target, { rollout }, invocation)
    }
    const { app } = await api.get<{ app: App }>(pathOf(target))
    const { parameters: now, build = {}, pipelines = {} } = app.spec
    if (json) out(`${JSON.stringify({ ...target, parameters: now, build, pipelines })}\n`)
    else out(linesOf({ ...now, ...prefixed('build', build), ...prefixed('pipelines', pipelines) }))
    return 0
  },
}

const said = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** The flags as parameters of the app, to be merged into what it has. */
export function parametersOf({ flags }: Pick<Invocation, 'flags'>): Record<string, unknown> {
  const { env, ...more } = parametersFrom({ flags }) as { env?: Record<string, string> }
  const unset = ((flags.unset ?? []) as unknown as string[]).map((key) => [key, null])
  const hosts = (flags.host as unknown as string[] | undefined)?.filter((host) => host !== '')
  return {
    ...more,
    ...((env || unset.length > 0) && { env: { ...env, ...Object.fromEntries(unset) } }),
    ...(hosts && { route: { hosts } }),
    ...(said(flags.check) && { check: { path: said(flags.check) } }),
  }
}

/** The flags as fields of the App's spec. */
export function buildOf({ flags }: Pick<Invocation, 'flags'>): Record<string, unknown> {
  const number = (name: string) => {
    const value = said(flags[name])
    if (value !== undefined && !/^\d+$/.test(value)) throw new Usage(`--${name} ${value}: use a whole number`)
    return value === undefined ? undefined : Number(value)
  }
  const build = given({
    cpu: said(flags['build-cpu']),
    memory: said(flags['build-memory']),
    disk: said(flags['build-disk']),
    pids: number('build-pids'),
    timeoutSeconds: number('build-timeout'),
    dockerfile: said(flags.dockerfile),
    context: said(flags.context),
  })
  const guarded = said(flags.protected)
  if (guarded !== undefined && guarded !== 'on' && guarded !== 'off') throw new Usage('--protected: say on or off')
  const pipelines = given({ config: said(flags.pipeline), protected: guarded && guarded === 'on' })
  return given({ build, pipelines })
}

const given = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) => value !== undefined && !(typeof value === 'object' && Object.keys(value ?? {}).length === 0),
    ),
  )

const prefixed = (word: string, values: object) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${word}.${name}`, value]))

const linesOf = (values: Record<string, unknown>) =>
  Object.entries(given(values))
    .map(([name, value]) => `${name.padEnd(22)} ${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
    .join('')
