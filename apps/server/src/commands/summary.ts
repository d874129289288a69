import { readFileSync } from 'node:fs'
import { type Config, pathsOf } from '../config.ts'

/** Where everything is, for the end of `up` and `start`. `app` is the sample that was deployed. */
export function summary(config: Config, asJson: boolean, app?: { url: string; name: string }): string {
  const paths = pathsOf(config.home)
  const facts = {
    ...(app && { app: app.url }),
    console: `http://localhost:${config.ports.platform}`,
    user: 'admin',
    password: readFileSync(paths.adminPassword, 'utf8').trim(),
    api: `https://localhost:${config.ports.api}`,
    kubeconfig: paths.kubeconfig,
    registry: `localhost:${config.ports.registry}`,
  }
  if (asJson) return `${JSON.stringify(facts)}\n`
  const lines = [
    ...(app ? [['Sample app', facts.app]] : []),
    ['Console', `${facts.console}   user ${facts.user}, password ${facts.password}`],
    ['Kubernetes API', `${facts.api}   kubectl --kubeconfig ${facts.kubeconfig} get pods -A`],
    ['Registry', facts.registry],
    ['Your own app', './sampan launch in its folder, then git push sampan main'],
  ]
  return `\n${lines.map(([name, text]) => `  ${name!.padEnd(15)} ${text}`).join('\n')}\n\n`
}
