import type { Command } from './command.ts'
import { apps } from './commands/apps.ts'
import { branches } from './commands/branches.ts'
import { cron } from './commands/cron.ts'
import { deleteApp } from './commands/delete.ts'
import { deploy } from './commands/deploy.ts'
import { environments } from './commands/environments.ts'
import { execPipeline } from './commands/exec-pipeline.ts'
import { importApp } from './commands/import.ts'
import { kubeconfig } from './commands/kubeconfig.ts'
import { launch } from './commands/launch.ts'
import { lint } from './commands/lint.ts'
import { login } from './commands/login.ts'
import { logs } from './commands/logs.ts'
import { open } from './commands/open.ts'
import { pipelines } from './commands/pipelines.ts'
import { previews } from './commands/previews.ts'
import { projects } from './commands/projects.ts'
import { releases } from './commands/releases.ts'
import { rollback } from './commands/rollback.ts'
import { rollouts } from './commands/rollouts.ts'
import { scale } from './commands/scale.ts'
import { secrets } from './commands/secrets.ts'
import { set } from './commands/set.ts'
import { sign } from './commands/sign.ts'
import { sources } from './commands/sources.ts'
import { svn } from './commands/svn.ts'
import { tokens } from './commands/tokens.ts'
import { users } from './commands/users.ts'
import { webhooks } from './commands/webhooks.ts'
import { serverCommand } from './server-process.ts'

/** Every word people can type after `sampan`. */
export const commands: Record<string, Command & { passesThrough?: true }> = {
  up: {
    ...serverCommand('up', 'bring Sampan up on this machine', '[--detach] [FLAG VALUE]…'),
    details: `  --detach                              return when it is ready, instead of staying
  --home DIR  --instance NAME           where it keeps everything; several run side by side
  --port N  --api-port N  --registry-port N  --http-port N  --https-port N
  --domain NAME  --node-ip ADDRESS      names and address of apps
  --pod-pids-limit N                    processes of a pod
A running Sampan goes on with the program it was started with: after an update, sampan down, then sampan up --detach.`,
  },
  down: serverCommand('down', 'stop the control plane; apps go on running', '[--pods]'),
  status: serverCommand('status', 'processes, addresses, system pods', '[--json]'),
  uninstall: serverCommand('uninstall', 'take Sampan off this machine', '[--yes] [--keep-images]'),
  login,
  launch,
  deploy,
  import: importApp,
  svn,
  webhooks,
  tokens,
  branches,
  previews,
  sources,
  lint,
  apps,
  set,
  logs,
  pipelines,
  'exec-pipeline': execPipeline,
  cron,
  sign,
  secrets,
  releases,
  rollouts,
  rollback,
  scale,
  open,
  delete: deleteApp,
  projects,
  environments,
  users,
  kubeconfig,
}
