import type { Caches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import type { Clock } from '@sampan/kit/clock'
import type { Log } from '@sampan/kit/log'
import type { Definition } from '@sampan/resources/define'
import type { KubeObject, Ref } from '@sampan/resources/meta'
import type { Recorder } from './events.ts'
import type { Metrics } from './metrics.ts'
import type { Plan } from './plan.ts'

/** Reads from watch-fed caches: never a request. What is read may be a moment old; objects are never changed. */
export interface Snapshot {
  get<T extends KubeObject>(kind: Definition<T>, at: Ref): T | undefined
  list<T extends KubeObject>(kind: Definition<T>, namespace?: string): readonly T[]
  /** Objects whose controller ownerReference is `owner` (by uid). */
  owned<T extends KubeObject>(kind: Definition<T>, owner: KubeObject): readonly T[]
  /** Objects under `value` of one of the controller's `indexes` on that kind. */
  by<T extends KubeObject>(kind: Definition<T>, index: string, value: string): readonly T[]
  now: Date
}

/** One controller per kind. It sees only names: state is read, never remembered. */
export interface Controller<T extends KubeObject = KubeObject> {
  /** For logs, metrics and as field manager: `replica-set`. */
  name: string
  /** The name events carry; default `<name>-controller`. */
  component?: string
  kind: Definition<T>
  /** Other kinds whose changes matter, and which of our objects each change touches. Only these may be read. */
  watches?: readonly Watch[]
  /** Kinds that are read but whose changes wake nobody. */
  reads?: readonly Definition[]
  /** Ways to find objects of the kinds above besides by name and owner. */
  indexes?: readonly Index[]
  /** How many keys at once; default 4. */
  workers?: number
  /** Runs for every change and again at least every `resyncMs` (default 10 min). */
  reconcile(object: T, snapshot: Snapshot): Plan | Promise<Plan>
  /** The object is gone. Rarely needed: clean-up is a finalizer's business. */
  gone?(at: Ref, snapshot: Snapshot): Plan | Promise<Plan>
}

/** What runs beside controllers and spans kinds: it shares their client, caches and events, and is closed with them. */
export interface Part {
  name: string
  start(around: Around): Running
}

export interface Around {
  client: Client
  caches: Caches
  events: Recorder
  log: Log
  clock: Clock
  metrics: Metrics
}

export interface Running {
  /** Resolves when everything is seen and worked on. */
  synced: Promise<void>
  /** Nothing waits its turn or runs. */
  readonly isIdle: boolean
  /** Resolves when nothing waits its turn or runs. For tests. */
  idle(): Promise<void>
  /** Stops; resolves when what runs has ended. */
  close(): Promise<void>
}

export interface Index {
  kind: Definition
  name: string
  values: (object: never) => readonly string[]
}

export interface Watch<W extends KubeObject = KubeObject> {
  kind: Definition<W>
  /** The objects of the controller's kind that a change of `object` concerns. `'owner'`: its controller owner. */
  to: 'owner' | ((object: W, snapshot: Snapshot) => readonly Ref[])
}

/** Typed at the place where it is written, loose where controllers are kept together. */
export const controller = <T extends KubeObject>(value: Controller<T>): Controller => value as unknown as Controller

export const watch = <W extends KubeObject>(kind: Definition<W>, to: Watch<W>['to']): Watch =>
  ({ kind, to }) as unknown as Watch

export const index = <T extends KubeObject>(
  kind: Definition<T>,
  name: string,
  values: (object: T) => readonly string[],
): Index => ({ kind: kind as unknown as Definition, name, values })
