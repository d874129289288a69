import type { Caches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import type { Recorder } from '@sampan/control/events'
import type { Clock } from '@sampan/kit/clock'
import { jsonEqual } from '@sampan/kit/json-equal'
import type { Log } from '@sampan/kit/log'
import { configMap } from '@sampan/resources/core/config-map'
import { pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { service } from '@sampan/resources/core/service'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { isReason } from '@sampan/resources/errors'
import { type Ingress, ingress } from '@sampan/resources/networking/ingress'
import { ingressClass } from '@sampan/resources/networking/ingress-class'
import { coalesced } from '../coalesce.ts'
import type { NetworkConfig } from '../network-config.ts'
import { beginsToLeave, leavingOf, serviceOf } from '../services/endpoints.ts'
import { prefix } from './annotations.ts'
import { endpointEntry } from './backends.ts'
import { externalNames } from './external-names.ts'
import { feed } from './feed.ts'
import { confResult, prepareFolder, writeUserFiles } from './folder.ts'
import type { IngressData, IngressView } from './ingress-data.ts'
import { luaModules } from './lua-modules.ts'
import { type NginxOptions, nginxConf } from './nginx-conf.ts'
import { ingressData } from './routes.ts'

export interface IngressOptions {
  client: Client
  caches: Caches
  recorder: Recorder
  config: NetworkConfig
  /** On the host; shared with the pod. */
  folder: string
  nginx: NginxOptions
  clock: Clock
  log: Log
}

export interface IngressController {
  /** Resolves when every running nginx holds what the caches say now (at once when none runs). */
  settled(): Promise<void>
  /** Whether an nginx runs and holds everything. */
  readonly isServing: boolean
  close(): Promise<void>
}

const checkMs = 1000

/** Keeps nginx's routes, certificates and endpoints true to the cluster. */
export async function ingressController(options: IngressOptions): Promise<IngressController> {
  const { client, caches, recorder, config, folder, nginx, clock, log } = options
  const ingresses = caches.of(ingress)
  const classes = caches.of(ingressClass)
  const services = caches.of(service)
  const slices = caches.of(endpointSlice)
  const secrets = caches.of(secret)
  const configMaps = caches.of(configMap)
  const pods = caches.of(pod)
  slices.index('service', (slice) => {
    const owner = serviceOf(slice)
    return owner === undefined ? [] : [owner]
  })
  slices.index('address', ({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses))
  const lua = await luaModules()
  const conf = nginxConf(nginx, lua)
  await prepareFolder(folder, conf, lua, clock.now())
  await Promise.all([ingresses, classes, services, slices, secrets, configMaps, pods].map(({ synced }) => synced))

  const usedSecrets = new Set<string>()
  const usedConfigMaps = new Set<string>()
  const view: IngressView = {
    get ingresses() {
      return ingresses.list()
    },
    get classes() {
      return classes.list()
    },
    service: (namespace, name) => services.get({ namespace, name }),
    slices: (namespace, name) => slices.by('service', `${namespace}/${name}`),
    secret(namespace, name) {
      usedSecrets.add(`${namespace}/${name}`)
      return secrets.get({ namespace, name })
    },
    configMap(namespace, name) {
      usedConfigMaps.add(`${namespace}/${name}`)
      return configMaps.get({ namespace, name })
    },
    addressesOf: (name) => names.addressesOf(name),
    isLeaving: leavingOf(pods),
  }

  const nginxData = feed({ folder, clock, log })
  let data: IngressData | undefined
  /** Service (`namespace/name`) → keys of the backends it stands behind. */
  let backendsOf = new Map<string, string[]>()
  let endpoints = new Map<string, string>()
  const changed = new Set<string>()
  const told = new Map<string, Set<string>>()

  function routes(): IngressData {
    usedSecrets.clear()
    usedConfigMaps.clear()
    const made = ingressData(view)
    backendsOf = Map.groupBy(made.backends.keys(), (key) => {
      const { namespace, name } = made.backends.get(key)!
      return `${namespace}/${name}`
    })
    endpoints = new Map([...made.backends].map(([key, one]) => endpointEntry(key, one, view, config.nodeName)))
    return made
  }

  async function run() {
    const isNew = !data
    if (!data) {
      changed.clear()
      data = routes()
    }
    const now = data
    for (const name of changed) {
      changed.delete(name)
      for (const key of backendsOf.get(name) ?? []) {
        endpoints.delete(`e:${key}`)
        endpoints.set(...endpointEntry(key, now.backends.get(key)!, view, config.nodeName))
      }
    }
    const cleanUp = isNew ? await writeUserFiles(folder, now.userFiles) : undefined
    await nginxData.set(new Map([...now.entries, ...endpoints]))
    await cleanUp?.()
    if (isNew) tell(now)
    if (isNew && nginxData.isCurrent) await writeStatuses(now)
  }

  /** Each problem once per state of the Ingress. */
  function tell({ problems, ours }: IngressData) {
    const uids = new Set(ours.map(({ metadata }) => metadata.uid ?? ''))
    for (const uid of told.keys()) if (!uids.has(uid)) told.delete(uid)
    for (const { ingress: about, reason, message } of problems) {
      const uid = about.metadata.uid ?? ''
      const known = told.get(uid) ?? new Set()
      told.set(uid, known)
      const what = `${about.metadata.generation ?? ''} ${message}`
      if (known.has(what)) continue
      known.add(what)
      recorder.record({ about, type: 'Warning', reason, message, component: 'sampan-ingress' })
    }
  }

  async function writeStatuses({ ours }: IngressData) {
    const loadBalancer = { ingress: [{ ip: config.nodeIP }] }
    for (const one of ours) {
      if (jsonEqual(one.status?.loadBalancer, loadBalancer) || !leadsSomewhere(one)) continue
      await writeStatus(one, { loadBalancer })
    }
  }

  /** Where none of its services is there yet, an Ingress has no address: its author is still at work on it. */
  const leadsSomewhere = ({ metadata: { namespace = '' }, spec }: Ingress) => {
    const paths = (spec?.rules ?? []).flatMap(({ http }) => http?.paths ?? [])
    return [spec?.defaultBackend, ...paths.map(({ backend }) => backend)].some(
      (one) => one?.service && services.get({ namespace, name: one.service.name }),
    )
  }

  async function writeStatus({ metadata: { namespace, name } }: Ingress, status: object) {
    try {
      await client.patch(
        ingress,
        { ...(namespace && { namespace }), name },
        { status },
        {
          type: 'merge',
          subresource: 'status',
        },
      )
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error // it went meanwhile
    }
  }

  const job = coalesced({
    run,
    clock,
    failed: (error, failures) => {
      data = undefined
      log.error('ingress routes could not be made, trying again', { error, failures })
    },
  })
  const askAll = () => {
    data = undefined
    job.ask()
  }
  const askFor = (name: string | undefined) => {
    if (name === undefined || !backendsOf.has(name)) return
    changed.add(name)
    job.ask()
  }
  const names = externalNames({
    server: config.dnsIP,
    clock,
    changed: (name) => {
      for (const { spec, metadata } of services.list())
        if (spec.externalName === name) askFor(`${metadata.namespace}/${metadata.name}`)
    },
  })
  const stops = [
    ingresses.listen((change) => {
      const before = change.type === 'put' ? change.before : undefined
      if (before && isOnlyStatus(before, change.object)) return
      askAll()
    }),
    classes.listen(askAll),
    secrets.listen(({ object: { metadata } }) => {
      if (usedSecrets.has(`${metadata.namespace}/${metadata.name}`)) askAll()
    }),
    configMaps.listen(({ object: { metadata } }) => {
      if (usedConfigMaps.has(`${metadata.namespace}/${metadata.name}`)) askAll()
    }),
    services.listen((change) => {
      const { namespace, name } = change.object.metadata
      const isNewOrGone = change.type === 'gone' || !change.before
      if (isNewOrGone && isFallback(namespace, name)) askAll()
      askFor(`${namespace}/${name}`)
    }),
    slices.listen(({ object }) => askFor(serviceOf(object))),
    pods.listen((change) => {
      const ip = change.object.status?.podIP
      if (ip && beginsToLeave(change)) for (const slice of slices.by('address', ip)) askFor(serviceOf(slice))
    }),
  ]

  /** Whether an Ingress names this Service for when its own cannot answer: its port is looked up when routes are made. */
  function isFallback(namespace: string | undefined, name: string): boolean {
    return ingresses
      .list()
      .some(
        ({ metadata }) =>
          metadata.namespace === namespace && metadata.annotations?.[`${prefix}default-backend`] === name,
      )
  }

  /** A pod that starts late, or refuses the configuration: seen here. */
  let verdict = ''
  let wasCurrent = false
  let stopChecking = clock.after(checkMs, check)
  function check() {
    void look()
      .catch((error) => log.warn('the ingress pod could not be looked at', { error }))
      .then(() => {
        if (!isClosed) stopChecking = clock.after(checkMs, check)
      })
  }
  let isClosed = false
  async function look() {
    if (nginxData.isCurrent && !wasCurrent) askAll()
    wasCurrent = nginxData.isCurrent
    if (verdict === 'ok') return
    const result = await confResult(folder, conf)
    const next = !result ? '' : result.isGood ? 'ok' : result.message
    if (next !== verdict && next !== '' && next !== 'ok')
      log.error('nginx refuses its configuration; it goes on with the one before', { message: next })
    verdict = next
  }

  await job.next()
  return {
    settled: () => job.next(),
    get isServing() {
      return nginxData.isCurrent
    },
    async close() {
      isClosed = true
      for (const stop of stops) stop()
      stopChecking()
      names.close()
      await job.close()
      await nginxData.close()
    },
  }
}

/** Our own writes of the status must not make everything anew. */
const isOnlyStatus = (a: Ingress, b: Ingress) =>
  jsonEqual(a.spec, b.spec) &&
  jsonEqual(a.metadata.annotations, b.metadata.annotations) &&
  a.metadata.deletionTimestamp === b.metadata.deletionTimestamp
