/** Whether a process runs on this machine, whoever it belongs to. */
export function isAlive(pid: number): boolean;
