import type { Client } from '@sampan/client/client'
import type { Snapshot } from '@sampan/control/controller'
import type { Log } from '@sampan/kit/log'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { isReason } from '@sampan/resources/errors'
import { ingress } from '@sampan/resources/networking/ingress'
import { dnsRecord } from '@sampan/resources/sampan/dns-record'
import type { Environment } from '@sampan/resources/sampan/environment'
import type { Release } from '@sampan/resources/sampan/release'
import type { Rollout } from '@sampan/resources/sampan/rollout'
import { portOf } from '../apps/parameters.ts'
import type { KindOf } from '../kind-of.ts'
import { appLabel, releaseLabel } from '../labels.ts'
import { type Document, dropped } from '../releases/documents.ts'
import { refusals } from '../releases/guard.ts'
import { podReleaseIn } from '../releases/render.ts'
import { applyDocuments, pruneDocuments } from './apply.ts'
import { nameProblem, recordsOf, takenHost } from './names.ts'
import { type Place, podsOf, whyNotReady, workloadsOf } from './observe.ts'
import { advance, fail, inStateMs, type Outcome, wait } from './outcome.ts'

/** Asks the world outside the cluster's objects; tests answer from tables. */
export interface Probes {
  /** What the cluster's name server says. */
  lookUp(name: string, type: 'A' | 'CNAME'): Promise<string[]>
  /** Whether the app answers through the ingress at `address` as its check wants; `why` completes "<host> …". */
  frontDoor(
    address: string,
    host: string,
    check: { path: string; status?: string },
  ): Promise<{ ok: true } | { ok: false; why: string }>
}

/** Everything one look at a rollout needs, read once. */
export interface Look {
  rollout: Rollout
  release: Release
  environment: Environment
  place: Place
  documents: readonly Document[]
  hosts: readonly string[]
  /** What earlier releases may have left in the environment. */
  earlier: readonly Document[]
  snapshot: Snapshot
  client: Client
  kindOf: KindOf
  probes: Probes
  urlOf(host: string): string
  log: Log
  signal: AbortSignal
}

/** How long each stage may take before it counts as failed, in milliseconds. */
const limits = { rolledOut: 10 * 60_000, routed: 30_000, resolved: 30_000, verified: 60_000 } as const

/** planned → approved: at once, or when somebody approved it. */
export function approve({ rollout, environment }: Look): Outcome {
  if (environment.spec.policy === 'automatic') return advance('approved')
  const by = rollout.status?.approvedBy ?? []
  if (by.length > 0) return advance('approved', { message: `approved by ${by.join(', ')}` })
  return wait(`Waits for an approval: ${environment.metadata.name} takes no release without one.`, 60 * 60_000)
}

/** approved → applied: the objects are there, those of earlier releases that this one lacks are gone. */
export async function applyRelease(look: Look): Promise<Outcome> {
  const { documents, earlier, hosts, place, snapshot } = look
  const taken = takenHost(snapshot, hosts, place)
  if (taken) return fail('host-taken', `The host name ${taken} already belongs to another app: choose another one.`)
  // Checked when the release was made, and again here: these are applied with the platform's rights.
  const [refusal] = refusals(documents, place.namespace)
  if (refusal) return fail('policy', refusal)
  const refused = await applyDocuments(look, documents)
  if (refused) return refused
  await pruneDocuments(look, dropped(earlier, documents))
  return advance('applied')
}

/** applied → rolledOut: only instances of this release are left, and all are ready. */
export async function watchWorkloads(look: Look): Promise<Outcome> {
  const { rollout, release, snapshot, client, documents, place, log, signal } = look
  const workloads = workloadsOf(snapshot, documents)
  if (workloads.every((one) => one.isDone && one.isKnown)) return advance('rolledOut')
  const message = workloads.find((one) => !one.isDone || !one.isKnown)?.message ?? ''
  const waitedMs = inStateMs(rollout, snapshot.now)
  // A start takes a moment; asking for reasons before that would only cost time.
  if (waitedMs < 1500) return wait(`${capital(message)}.`, 1500 - waitedMs + 50)
  const { template, parameters, exposedPort } = release.spec
  const port = template === 'worker' ? undefined : portOf(parameters, exposedPort)
  // Before the first object was applied: refusals come at once.
  const approvedAt = rollout.status?.stages?.find((one) => one.name === 'approved')?.at
  const since = approvedAt ? new Date(approvedAt) : undefined
  const cause = await whyNotReady({ snapshot, client, place, documents, port, since, log, signal })
  if (cause?.weight === 'fatal') return fail(cause.code, cause.sentence)
  const isOverdue = workloads.some((one) => one.isKnown && one.isOverdue) || waitedMs > limits.rolledOut
  if (isOverdue) {
    const seconds = Math.round(waitedMs / 1000)
    return cause
      ? fail(cause.code, cause.sentence)
      : fail(
          'not-ready',
          `The instances did not become ready in ${seconds} seconds (${message}): look at the app's log.`,
        )
  }
  return wait(cause ? cause.sentence : `${capital(message)}.`, 2000)
}

/** rolledOut → routed: the ingress says where it serves the routes. */
export async function watchRoutes(look: Look): Promise<Outcome> {
  const { documents, snapshot, rollout } = look
  if (!documents.some((one) => one.kind === 'Ingress')) {
    await keepNames(look, [], '')
    return advance('verified', { message: 'runs; it has no route' })
  }
  const { address, waitingFor } = entrance(documents, snapshot)
  if (address) return advance('routed', { message: `route at ${address}` })
  if (inStateMs(rollout, snapshot.now) > limits.routed) {
    return fail(
      'not-routed',
      `The ingress did not take the route "${waitingFor}" in ${limits.routed / 1000} seconds: check that an ingress controller runs and that nothing in the Ingress is refused (kubectl describe ingress).`,
    )
  }
  return wait(`Waiting for the ingress to take the route "${waitingFor}".`, 500)
}

/** The app has exactly these names here. */
export async function keepNames(
  { client, snapshot, place }: Look,
  hosts: readonly string[],
  address: string,
): Promise<void> {
  for (const record of recordsOf(hosts, address, place)) {
    await client.apply(dnsRecord, record, { fieldManager: 'sampan-rollout', force: true })
  }
  for (const old of snapshot.list(dnsRecord, place.namespace)) {
    const isOurs = old.metadata.labels?.[appLabel] === place.app
    if (!isOurs || hosts.includes(old.spec.name)) continue
    await client.remove(dnsRecord, old.metadata).catch((error: unknown) => {
      if (!isReason(error, 'NotFound')) throw error
    })
  }
}

/** Where the ingress serves this release; `waitingFor` names the Ingress that has no address yet. */
export function entrance(
  documents: readonly Document[],
  snapshot: Snapshot,
): { address?: string; waitingFor?: string } {
  let address: string | undefined
  for (const one of documents) {
    if (one.kind !== 'Ingress') continue
    const { namespace, name } = one.metadata
    const live = snapshot.get(ingress, { namespace, name })
    const isThis = live?.metadata.labels?.[releaseLabel] === one.metadata.labels?.[releaseLabel]
    const [given] = live?.status?.loadBalancer?.ingress ?? []
    const found = given?.ip ?? given?.hostname
    if (!isThis || !found) return { waitingFor: name }
    address ??= found
  }
  return { address }
}

/** routed → resolved: the records are written and the name server answers them. */
export async function writeNames(look: Look): Promise<Outcome> {
  const { documents, snapshot, rollout, hosts, probes } = look
  const { address } = entrance(documents, snapshot)
  if (!address) return wait('Waiting for the address of the ingress.', 500)
  await keepNames(look, hosts, address)
  const problem = await nameProblem(hosts, address, probes)
  if (!problem) return advance('resolved', { message: hosts.map((host) => `${host} is ${address}`).join(', ') })
  if (inStateMs(rollout, snapshot.now) > limits.resolved) {
    return fail('name-server', `${problem}: check that the cluster's name server runs and may read DnsRecords.`)
  }
  return wait(`${problem}; asking again.`, 200)
}

/** resolved → verified: only this release's instances are behind the service, and the app answers under its real name. */
export async function knock(look: Look): Promise<Outcome> {
  const { documents, snapshot, rollout, release, hosts, probes, urlOf } = look
  const { address } = entrance(documents, snapshot)
  if (!address) return wait('Waiting for the address of the ingress.', 500)
  const overdue = inStateMs(rollout, snapshot.now) > limits.verified
  const stranger = oldEndpoint(look)
  if (stranger) {
    return overdue
      ? fail('front-door', `${stranger}, although the release is rolled out: look at the service's selector.`)
      : wait(`${stranger}.`, 100)
  }
  const { path = '/', status } = release.spec.parameters.check ?? {}
  const instances = release.spec.parameters.replicas
  // Scaled to nothing there is nobody to answer; that the route exists has been seen.
  if (instances === 0) return advance('verified', { url: urlOf(hosts[0]!), message: 'scaled to 0: nobody answers' })
  for (const host of hosts) {
    const result = await probes.frontDoor(address, host, { path, status })
    if (result.ok) continue
    return overdue
      ? fail(
          'front-door',
          `${urlOf(host)}${path} ${result.why}: make the app answer there, or correct the app's check.`,
        )
      : wait(`${urlOf(host)}${path} ${result.why}; asking again.`, inStateMs(rollout, snapshot.now) < 2000 ? 50 : 500)
  }
  return advance('verified', { url: urlOf(hosts[0]!), message: urlOf(hosts[0]!) })
}

/** A ready endpoint that is no instance of this release, in words; undefined when only new ones are left. */
function oldEndpoint({ documents, snapshot, place, release }: Look): string | undefined {
  const number = podReleaseIn(documents)
  const ours = new Set(podsOf(snapshot, place, number).map((one) => one.metadata.name))
  const services = new Set(documents.flatMap((one) => (one.kind === 'Service' ? [one.metadata.name] : [])))
  const ready = snapshot
    .list(endpointSlice, place.namespace)
    .filter((slice) => services.has(slice.metadata.labels?.['kubernetes.io/service-name'] ?? ''))
    .flatMap((slice) => slice.endpoints ?? [])
    .filter((one) => one.conditions?.ready !== false)
  const old = ready.find((one) => one.targetRef?.kind === 'Pod' && !ours.has(one.targetRef.name ?? ''))
  if (old) return `An instance of an earlier release (${old.targetRef?.name}) still gets requests`
  if (ready.length === 0 && release.spec.parameters.replicas > 0) return 'No instance gets requests yet'
  return undefined
}

/** The work of each stage: what has to be done or seen for the next one. */
export const stages: Readonly<Partial<Record<string, (look: Look) => Outcome | Promise<Outcome>>>> = {
  planned: approve,
  approved: applyRelease,
  applied: watchWorkloads,
  rolledOut: watchRoutes,
  routed: writeNames,
  resolved: knock,
}

const capital = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
