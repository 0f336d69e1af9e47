/** Where the XML schemas are, beside the path of the service. */
export const schemasPath = (path: string): string => `${path.replace(/\/$/, '')}/schemas`;
