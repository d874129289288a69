import type { Messages } from '../data/messages.ts'

export const pipelineMessages = {
  'pipeline.attempts': { en: 'Started {count} times', zh: '已启动 {count} 次' },
  'pipeline.cancel': { en: 'Cancel', zh: '取消' },
  'pipeline.cancelled': { en: 'The run is being stopped', zh: '正在停止流水线' },
  'pipeline.decline': { en: 'Decline', zh: '拒绝' },
  'pipeline.empty': { en: 'No runs yet', zh: '还没有流水线' },
  'pipeline.emptyHelp': {
    en: 'Each push to an app starts one: it builds, tests, makes a release and follows it to its address.',
    zh: '每次推送代码都会启动流水线：构建、测试、产生版本并发布。',
  },
  'pipeline.image': { en: 'Image', zh: '镜像' },
  'pipeline.log': { en: 'Log', zh: '日志' },
  'pipeline.queue': { en: 'Number {position} in the queue', zh: '排队第 {position} 位' },
  'pipeline.release': { en: 'Release v{number}', zh: '版本 v{number}' },
  'pipeline.restart': { en: 'Run again', zh: '重新运行' },
  'pipeline.restarted': { en: 'A new run has started', zh: '新的流水线已启动' },
  'pipeline.rollout': { en: 'Way to {environment}', zh: '发布到 {environment}' },
  'pipeline.steps': { en: 'Steps', zh: '步骤' },
  'pipeline.title': { en: 'Pipelines', zh: '流水线' },
  'pipeline.wholeLog': { en: 'All steps', zh: '全部步骤' },
} as const satisfies Messages
