export function checkPipeline(text: string): 'refused' | 'read';
export function checkModelText(text: string): 'refused' | 'read';
