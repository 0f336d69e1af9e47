/** SIP for programs that watch conferences and talk to them: a user agent, its clock, and answers to digest challenges. */
export { digestCredentials } from './agent/credentials.ts';
export { UserAgent, type RequestParts, type UserAgentOptions } from './agent/user-agent.ts';
export { TimerWheel, type Clock } from './clock.ts';
export { Subscriber, type SubscriberOptions } from './event/subscriber.ts';
export type { SubscriptionState } from './message/headers/index.ts';
export { Request } from './message/request.ts';
export { Response } from './message/response.ts';
