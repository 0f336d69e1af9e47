import { MemoryStore } from '../../lib/store/memory.ts';
import { contract } from './contract.ts';
import { newDirectory, openStore } from './directories.ts';

contract('memory', (options) => Promise.resolve(new MemoryStore(options)));
contract('sqlite', (options) => openStore({ directory: newDirectory(), ...options }));
