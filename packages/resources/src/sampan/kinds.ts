import type { Definition } from '../define.ts'
import { app } from './app.ts'
import { appTemplate } from './app-template.ts'
import { dnsRecord } from './dns-record.ts'
import { environment } from './environment.ts'
import { pipeline } from './pipeline.ts'
import { project } from './project.ts'
import { release } from './release.ts'
import { rollout } from './rollout.ts'
import { user } from './user.ts'

/** Every kind of ours: the platform installs their CustomResourceDefinitions when it starts. */
export const ourKinds = [
  project,
  environment,
  app,
  appTemplate,
  pipeline,
  release,
  rollout,
  dnsRecord,
  user,
] as unknown as readonly Definition[]
