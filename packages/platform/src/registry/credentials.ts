import { type RobotRight, robotName, robotTicket } from './robot.ts'

/** A docker `config.json` (also: the data of a `kubernetes.io/dockerconfigjson` Secret) with one registry in it. */
export function dockerConfigJson(host: string, { username, password }: { username: string; password: string }): string {
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  return JSON.stringify({ auths: { [host]: { username, password, auth } } })
}

export interface CredentialOptions {
  key: Uint8Array
  registryHost: string
}

/** For the environments of a project: its images may be pulled, for as long as the key lives. */
export const pullConfigJson = ({ key, registryHost }: CredentialOptions, project: string) =>
  dockerConfigJson(registryHost, {
    username: robotName,
    password: robotTicket(key, {
      subject: `environments:${project}`,
      rights: [{ repository: `${project}/*`, actions: ['pull'] }],
    }),
  })

/** For one run: it may push to one repository and pull those of its project and the bases, until `until`. */
export const pushConfigJson = (
  { key, registryHost }: CredentialOptions,
  { subject, pipeline, repository, until }: { subject: string; pipeline?: string; repository: string; until: Date },
) => {
  const pull = (name: string): RobotRight => ({ repository: name, actions: ['pull'] })
  return dockerConfigJson(registryHost, {
    username: robotName,
    password: robotTicket(key, {
      subject,
      // Steps may run in images that other apps of the project made.
      rights: [
        { repository, actions: ['pull', 'push'] },
        ...(pipeline ? [pull(`${repository.split('/')[0]}/*`)] : []),
        pull('library/*'),
        pull('stacks/*'),
      ],
      ...(pipeline && { pipeline }),
      exp: Math.floor(until.getTime() / 1000),
    }),
  })
}
