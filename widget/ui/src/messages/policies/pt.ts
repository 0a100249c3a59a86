import type { TranslationOf } from '../translate';
import type { en } from './en';

export const pt = {
  matchSecondary: 'Corresponder contatos também pelo segundo e-mail',
  matchSecondaryText:
    'O Zoho Desk conhece um segundo e-mail do contato. Quando ele é o e-mail de outro contato no Salesforce, os dois são vinculados se nenhum tiver outro candidato. Sem isto, são falhas, e nada é criado.',
  secondaryOn: 'A partir de agora contatos também são vinculados por um segundo e-mail; cada um mantém os seus.',
  secondaryOff: 'Novos contatos não são mais vinculados por um segundo e-mail. Pares vinculados continuam vinculados.',
  impactMatched: '{object}: mais {count} pares seriam vinculados.',
  keptTitle: 'Chamadas de API para agentes',
  keptLabel: 'Porcentagem das chamadas diárias reservada aos agentes',
  keptText:
    'A sincronização para quando só resta esta parte, e continua no dia seguinte; os cartões continuam sendo lidos. Vale para os clientes dos dois lados.',
  keptServer: 'Vale a configuração do próprio servidor: {percent} %.',
  keptOwn: 'Volta a valer a configuração do próprio servidor; ela aparece assim que os dois clientes a aplicam.',
  keptOwnUse: 'Usar a do servidor',
  keptQuestion: 'Alterar quantas chamadas de API ficam reservadas aos agentes?',
  keptChange: 'De {before} % para {after} % das chamadas diárias de cada lado.',
  keptSide:
    '{side}: {kept} de {limit} chamadas ficam para os agentes, {sync} são da sincronização; {used} já foram usadas.',
  keptHolds: '{side}: a sincronização já usou sua parte e espera.',
  agentCards: 'De quem os agentes podem abrir o cartão',
  agentCardsAny: 'Os agentes podem abrir o cartão de qualquer cliente, em tickets, contatos e contas.',
  agentCardsTickets:
    'Os agentes veem os clientes dos tickets que o Zoho Desk lhes mostra, e de mais ninguém: sem cartão nas páginas de contato e conta, sem listas, sem vínculo manual.',
  agentCardsPrivate:
    'Os agentes veem os clientes dos próprios tickets, dos não atribuídos e dos não atribuídos de suas equipes, e de mais ninguém: sem cartão nas páginas de contato e conta, sem listas, sem vínculo manual.',
  historyShorter:
    'Histórico, falhas resolvidas e diário com mais de {after} dias são removidos (antes: {before} dias). Isso não pode ser desfeito.',
  historyLonger: 'O histórico passa a ser mantido por {days} dias.',
} satisfies TranslationOf<typeof en>;
