export * from './authentication.ts';
export * from './content.ts';
export * from './core.ts';
export * from './event.ts';
export * from './identity.ts';
export * from './refer.ts';
export * from './routing.ts';
export * from './session.ts';
