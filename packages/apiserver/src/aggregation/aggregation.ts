import { jsonCopy } from '@sampan/kit/json-copy'
import { jsonEqual } from '@sampan/kit/json-equal'
import type { ApiService } from '@sampan/resources/apiregistration/api-service'
import { isReason } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { systemUser } from '../auth/interfaces.ts'
import type { Pair } from '../auth/issue.ts'
import { changeObject } from '../change.ts'
import type { Context } from '../context.ts'
import { internalCall } from '../internal-call.ts'
import { createObject } from '../verbs/create.ts'
import { removeObject } from '../verbs/delete.ts'
import { type Available, conditionsWith, localCondition, look } from './availability.ts'
import { localServices } from './local-services.ts'
import { apiServices, type Remotes, remotes } from './remotes.ts'

export interface Aggregation {
  remotes: Remotes
  /** Our certificate, for servers behind this one. */
  client: Pair | undefined
  /** To be called when a write has become visible. */
  afterWrite(group: string, plural: string): void
  close(): void
}

const roundMs = 30_000
/** How soon a change of Services and their endpoints is looked at. */
const soonMs = 100

/** Keeps the APIServices: those of this server listed, those of others looked after. Costs nothing while there are none. */
export function aggregation(context: Context, client: Pair | undefined): Aggregation {
  const known = remotes(context.objects, context.kinds)
  let round: NodeJS.Timeout | undefined
  let soon: NodeJS.Timeout | undefined
  let isLooking = false
  let isClosed = false
  let generation = 0

  const target = (name: string) => ({
    served: context.kinds.find(apiServices.group, 'v1', apiServices.plural)!,
    name,
    namespace: undefined,
    subresource: undefined,
    rest: undefined,
  })

  const setCondition = async (service: ApiService, available: Available) => {
    const conditions = conditionsWith(service, available, context.now())
    if (jsonEqual(conditions as never, (service.status?.conditions ?? []) as never)) return
    await quietly(`the status of APIService ${service.metadata.name}`, () =>
      changeObject(context, target(service.metadata.name), internalCall('PUT', systemUser), {
        subresource: 'status',
        dryRun: false,
        next: (old) => {
          const next = jsonCopy(old) as ApiService
          next.status = { ...next.status, conditions: conditionsWith(next, available, context.now()) }
          return next as KubeObject
        },
      }),
    )
  }

  const quietly = async (what: string, run: () => Promise<unknown>) => {
    try {
      await run()
    } catch (error) {
      // Gone or made meanwhile: the next round sees.
      if (
        !isReason(error, 'NotFound') &&
        !isReason(error, 'Conflict') &&
        !isReason(error, 'AlreadyExists') &&
        !isClosed
      )
        context.log.error(`cannot keep ${what}`, { error })
    }
  }

  const lookAround = async () => {
    if (isLooking || isClosed) return schedule()
    isLooking = true
    try {
      await keepLocal()
      const all = known.all()
      if (client)
        await Promise.all(
          all.map(async (remote) => {
            const { available, heard } = await look(remote, context.objects, client)
            if (isClosed) return
            known.heard(remote, heard)
            await setCondition(remote.service, available)
          }),
        )
    } finally {
      isLooking = false
    }
    clearTimeout(round)
    if (known.all().length > 0 && !isClosed) round = setTimeout(() => void lookAround(), roundMs).unref()
  }

  const schedule = () => {
    if (soon || isClosed) return
    soon = setTimeout(() => {
      soon = undefined
      void lookAround()
    }, soonMs).unref()
  }

  /** Every group version of this server has an APIService, made and removed with it. */
  const keepLocal = async () => {
    if (generation === context.kinds.generation) return
    generation = context.kinds.generation
    const wanted = localServices(context.kinds, known)
    const there = context.objects.list<ApiService>(apiServices)
    for (const service of wanted) {
      const found = there.find(({ metadata }) => metadata.name === service.metadata.name)
      if (!found)
        await quietly(`APIService ${service.metadata.name}`, () =>
          createObject(
            context,
            { ...target(service.metadata.name), name: undefined },
            internalCall('POST', systemUser),
            jsonCopy(service),
            false,
          ),
        )
      else if (!found.spec?.service) await setCondition(found, localCondition)
    }
    for (const service of context.objects.list<ApiService>(apiServices)) {
      if (service.spec?.service) continue
      if (!service.status?.conditions?.length) await setCondition(service, localCondition)
      const isOurs = service.metadata.labels?.['kube-aggregator.kubernetes.io/automanaged'] !== undefined
      if (isOurs && !wanted.some(({ metadata }) => metadata.name === service.metadata.name))
        await quietly(`APIService ${service.metadata.name}`, () =>
          removeObject(context, target(service.metadata.name), internalCall('DELETE', systemUser), {
            grace: 0,
            propagation: undefined,
            uid: undefined,
            resourceVersion: undefined,
            dryRun: false,
          }),
        )
    }
  }

  return {
    remotes: known,
    client,
    afterWrite(group, plural) {
      known.afterWrite(group, plural)
      const isAbout =
        plural === apiServices.plural ||
        plural === 'customresourcedefinitions' ||
        (known.all().length > 0 && (plural === 'services' || plural === 'endpointslices'))
      if (isAbout) schedule()
    },
    close() {
      isClosed = true
      clearTimeout(round)
      clearTimeout(soon)
    },
  }
}
