export function checkPipeline(text: string): 'refused' | 'read';
