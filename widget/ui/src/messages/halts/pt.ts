import type { TranslationOf } from '../translate';
import type { en } from './en';

export const pt = {
  haltTitle: 'Como continuar',
  'halt.OTHER_ORGANIZATION':
    'As credenciais levam a outra organização, não àquela cujos registros estão vinculados. Nada é lido nem gravado até você escolher.',
  'halt.WENT_BACK':
    'Um lado tem registros mais antigos do que tinha, como após restaurar um backup. Nada é lido nem gravado até você escolher.',
  'halt.GONE_WITHOUT_TRACE':
    'Muitos registros sumiram de um lado e não estão em nenhuma lixeira. Nada é lido nem gravado até você escolher.',
  serverSays: 'O servidor diz: {reason}',
  haltConnect: 'Conectar a anterior de novo',
  haltConnectText:
    'A sincronização continua sozinha assim que o lado for de novo aquele com que os registros foram vinculados.',
  haltTake: 'Aceitar {side} como novo…',
  haltTakeText:
    'O que {side} tem agora passa a valer. Nada muda em nenhum dos lados antes de você iniciar a sincronização.',
  haltTakeDesk: 'Outra organização do Zoho Desk precisa ser conectada antes pelo ID.',
  takeTitle: 'Aceitar {side} como está agora, como novo?',
  takeForgets:
    'Tudo o que se sabe dos registros é esquecido: vínculos, cópias, gravações pendentes, falhas, conflitos e o diário.',
  takeKeeps:
    'Conexões, mapeamentos, filtros e permissões ficam. Ao iniciar a sincronização, tudo é correspondido de novo.',
  takeConfirm: 'Aceitar como novo',
  taken: '{side} foi aceito como novo. Inicie a primeira sincronização quando quiser.',
  haltResume: 'Continuar e tratar cada um como excluído…',
  haltResumeText: 'Escolha isto quando os registros foram mesmo removidos.',
  goneTitle: 'Tratar os registros que sumiram como excluídos?',
  goneFacts: 'Cada registro que sumiu sem deixar vestígio passa a contar como excluído.',
  goneCounterparts: 'Quando o correspondente mudar: {policy}.',
  'code.GONE_WITHOUT_TRACE': 'Registros sumiram sem deixar vestígio',
  'code.SIDE_UNUSABLE': 'Um lado não pode ser usado',
  'code.UNAVAILABLE': 'O banco de dados não pode ser usado',
} satisfies TranslationOf<typeof en>;
