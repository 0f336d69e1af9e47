// On Node 20 the loader of the main thread does not serve other threads; compiled code has no need of it.
import { register } from 'tsx/esm/api';

register();
