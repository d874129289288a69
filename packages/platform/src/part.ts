import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client } from '@sampan/client/client'
import type { Controller } from '@sampan/control/controller'
import type { Log } from '@sampan/kit/log'
import type { Access } from './access/access.ts'
import type { PlatformConfig } from './config.ts'

/** What every part of the platform is built from. */
export interface PartOptions {
  client: Client
  config: PlatformConfig
  log: Log
  access: Access
  now: () => Date
}

/**
 * A part of the platform: `createGit(options)`, `createPipelines(options)`, `createRegistry(options)`… each return one, and
 * platform.ts puts them together.
 */
export interface Part {
  controllers?: readonly Controller[]
  /** Paths under `prefix` that are no JSON API: git, the registry's token endpoint. */
  handlers?: readonly { prefix: string; handle(request: IncomingMessage, response: ServerResponse): Promise<void> }[]
  /** Runs until `signal`; what must be there before the first request is done before it resolves. */
  start?(signal: AbortSignal): Promise<void>
  close?(): Promise<void>
}
