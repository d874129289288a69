import { type ReplicaOptions, replica } from './replica.ts'
import type { Store } from './store.ts'

/** A store that forgets everything at exit: for tests and for trying things out. */
export const memoryStore = (options: Omit<ReplicaOptions, 'journal' | 'entries'> = {}): Store => replica(options)
