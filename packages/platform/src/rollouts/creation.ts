import type { CauseCode } from './causes.ts'
import { plain } from './plain.ts'

export interface Said {
  code: CauseCode
  sentence: string
  weight?: 'fatal' | 'waiting'
}

/** Why Kubernetes refused to make a pod, from the message of the controller that tried. */
export function creationCause(text: string): Said {
  const quota = /exceeded quota: (\S+?), requested: (.+?), used: (.+?), limited: (.+?)$/.exec(text)
  if (quota) {
    return {
      code: 'quota',
      sentence: `The quota of the environment is used up (asked for ${quota[2]}, in use ${quota[3]}, limit ${quota[4]}): lower the app's instances or resources, or ask for more quota.`,
    }
  }
  if (/must specify (limits|requests)|failed quota/i.test(text)) {
    return {
      code: 'quota',
      sentence: `The environment has a quota, so the app must state its resources: ${plain(text)}.`,
    }
  }
  if (/(maximum|minimum) (cpu|memory) usage/i.test(text)) {
    return {
      code: 'limits',
      sentence: `The app's resources are outside what the environment allows (${plain(text.replace(/^.*forbidden: /, ''))}): change cpu or memory.`,
    }
  }
  if (/violates PodSecurity/i.test(text)) {
    return {
      code: 'policy',
      sentence: `The environment forbids what the app asks for (${plain(text.replace(/^.*violates PodSecurity [^:]*: /, ''))}): change the service type.`,
    }
  }
  if (/serviceaccount "?[^"]+"? not found/i.test(text)) {
    return {
      code: 'config-missing',
      weight: 'waiting',
      sentence: `The instance's service account does not exist yet: ${plain(text)}.`,
    }
  }
  return { code: 'start-failed', sentence: `Kubernetes refused to make the instance: ${plain(text)}.` }
}

/** Why Kubernetes refused an object of a release. `what` names it, as `Service "web"`. */
export function refusalCause(what: string, message: string): Said {
  if (/exceeded quota|must specify|(maximum|minimum) (cpu|memory) usage|violates PodSecurity/i.test(message)) {
    return creationCause(message)
  }
  if (/namespaces? "[^"]+" (not found|is being terminated)/.test(message)) {
    return {
      code: 'invalid',
      sentence: `The environment's namespace is not there (${plain(message)}): create the environment again.`,
    }
  }
  return {
    code: 'invalid',
    sentence: `Kubernetes refused ${what}: ${plain(message)}; correct the parameters or the service type.`,
  }
}
