import type { Language, Messages, Values } from './messages.ts'
import { phrases } from './phrases.ts'

/** Why a pod is not what it should be, and what to do: cause and remedy in one sentence. Loaded with the pages of objects. */
export const whyPhrases = {
  claim: {
    en: 'A volume is still to be made: check that the storage class of its claim exists and has room.',
    zh: '存储卷尚未就绪：请检查其存储声明所用的存储类是否存在、空间是否充足。',
  },
  closed: {
    en: 'Every node is closed for this pod: let a node take pods again, or tolerate its taint.',
    zh: '所有节点都不接收此 Pod：请恢复节点调度，或为其污点添加容忍。',
  },
  config: {
    en: 'Container {container} cannot be set up: correct what it refers to.',
    zh: '容器 {container} 无法配置：请检查它引用的内容。',
  },
  configMissing: {
    en: '{kind} {name} does not exist: create it or remove the reference. The pod then starts by itself.',
    zh: '{kind} {name} 不存在：请创建它或移除引用，之后 Pod 会自动启动。',
  },
  crash: {
    en: 'Container {container} ends with exit code {code}: its last lines say why.',
    zh: '容器 {container} 以退出码 {code} 结束：原因见其最后几行日志。',
  },
  diskFull: {
    en: 'The disk of the node is full: remove old images and data.',
    zh: '节点磁盘已满：请清理旧镜像和数据。',
  },
  endsAtOnce: {
    en: 'Container {container} ends without an error, again and again: a service must keep running. For work that ends, use a Job.',
    zh: '容器 {container} 正常退出后反复重启：服务应持续运行；一次性任务请使用 Job。',
  },
  evicted: {
    en: 'The node was short of something and stopped this pod. Delete it; lower what it uses or make room on the node.',
    zh: '节点资源不足，此 Pod 已被驱逐。可将其删除，并降低用量或为节点腾出资源。',
  },
  image: {
    en: 'The image of container {container} cannot be pulled: check its name and its registry.',
    zh: '无法拉取容器 {container} 的镜像：请检查镜像名和镜像仓库。',
  },
  imageDenied: {
    en: 'The registry refuses the image of container {container}: give the pod an imagePullSecret that may read it.',
    zh: '镜像仓库拒绝提供容器 {container} 的镜像：请为 Pod 配置有权限的 imagePullSecret。',
  },
  imageMissing: {
    en: 'The image of container {container} is not in its registry: correct its name or tag.',
    zh: '镜像仓库中没有容器 {container} 的镜像：请更正镜像名或标签。',
  },
  imageName: {
    en: 'The image name of container {container} cannot be used: correct it.',
    zh: '容器 {container} 的镜像名不可用：请更正。',
  },
  keyMissing: {
    en: '{kind} {name} has no entry {key}: add it or correct the reference. The pod then starts by itself.',
    zh: '{kind} {name} 中没有 {key}：请添加或更正引用，之后 Pod 会自动启动。',
  },
  lastLines: { en: 'Its last lines', zh: '最后几行日志' },
  liveness: {
    en: 'Container {container} is restarted because its liveness probe fails: correct the probe, or give it more time.',
    zh: '容器 {container} 因存活探针失败而被重启：请更正探针，或给它更多时间。',
  },
  logs: { en: 'Whole log', zh: '完整日志' },
  memory: {
    en: 'Container {container} used more memory than it may and was killed: raise its limit, or make it use less.',
    zh: '容器 {container} 超出内存限制被终止：请提高内存限制或减少占用。',
  },
  mount: { en: 'A volume cannot be mounted.', zh: '存储卷无法挂载。' },
  noClaim: {
    en: 'The claim {claim} does not exist: create it or correct its name.',
    zh: '存储声明 {claim} 不存在：请创建它或更正名称。',
  },
  noCommand: {
    en: 'Container {container} ends with exit code 127: a command it runs is not in its image.',
    zh: '容器 {container} 以退出码 127 结束：镜像中缺少它要执行的命令。',
  },
  noMatch: {
    en: 'No node has what this pod asks for: correct its nodeSelector or affinity, or label a node.',
    zh: '没有满足要求的节点：请更正 nodeSelector 或亲和性，或为节点添加标签。',
  },
  noProgram: {
    en: 'The image of container {container} has no program {program}: correct its command.',
    zh: '容器 {container} 的镜像中没有程序 {program}：请更正启动命令。',
  },
  noRoom: {
    en: 'No node has enough free {resource}: ask for less, stop something else, or add a node.',
    zh: '没有节点有足够的 {resource}：请减少申请、停止其他负载或增加节点。',
  },
  notPlaced: { en: 'No node can take this pod.', zh: '没有节点可以运行此 Pod。' },
  notReady: {
    en: 'Container {container} runs but does not pass its readiness probe, so it gets no traffic.',
    zh: '容器 {container} 正在运行，但未通过就绪探针，因此不接收流量。',
  },
  platform: {
    en: 'The program of container {container} was built for another processor: build the image for this platform.',
    zh: '容器 {container} 的程序是为其他处理器构建的：请为此平台重新构建镜像。',
  },
  registry: {
    en: 'The registry of container {container} cannot be reached: check its name and the network of the node.',
    zh: '无法连接容器 {container} 的镜像仓库：请检查仓库地址和节点网络。',
  },
  rootImage: {
    en: 'The image runs as root, which is forbidden here: set runAsUser or a USER in its Dockerfile.',
    zh: '镜像以 root 运行，但此处禁止：请设置 runAsUser 或在 Dockerfile 中指定 USER。',
  },
  sandbox: {
    en: 'The node cannot prepare this pod: look at the node.',
    zh: '节点无法为此 Pod 准备运行环境：请检查节点。',
  },
  start: { en: 'Container {container} cannot be started.', zh: '容器 {container} 无法启动。' },
  tooManyPods: {
    en: 'The nodes already run as many pods as they may: stop something else, or add a node.',
    zh: '节点上的 Pod 数已达上限：请停止其他负载或增加节点。',
  },
} as const satisfies Messages

export type WhyKey = keyof typeof whyPhrases

export interface Why {
  key: WhyKey
  values?: Values
}

const told = phrases(whyPhrases)

export const whyText = (language: Language, { key, values }: Why): string => told(language, key, values)
