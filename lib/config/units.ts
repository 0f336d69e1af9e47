import type { IntegerOptions } from './setting.ts';

// What an integer of a setting counts, with its default.

export const milliseconds = (value: number): IntegerOptions => ({ default: value, unit: 'ms', min: 1 });
export const seconds = (value: number): IntegerOptions => ({ default: value, unit: 's', min: 0 });
export const bytes = (value: number, min = 1): IntegerOptions => ({ default: value, unit: 'bytes', min });
export const count = (value: number): IntegerOptions => ({ default: value, unit: 'count', min: 1 });
