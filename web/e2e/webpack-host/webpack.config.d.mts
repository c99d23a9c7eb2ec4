export function configure(output: string): object;
