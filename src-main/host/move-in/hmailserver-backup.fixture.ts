/** A backup as hMailServer 5.6 writes it, of a small office. */
export const HMAILSERVER_BACKUP = `<?xml version="1.0" encoding="utf-8"?>
<Backup>
 <BackupInformation Version="5.6.8" Mode="7"/>
 <Domains>
  <Domain Name="example.com" Postmaster="anna@example.com" Active="1" MaxSize="0">
   <DomainAliases><DomainAlias Name="example.net"/></DomainAliases>
   <Accounts>
    <Account Name="anna@example.com" PersonFirstName="Anna" PersonLastName="Müller &amp; Söhne" Active="1"
     Password="ab12cd9ac7ed4ce0f75e41a2f9e1aa1c1d6b6b5d7d1a0a8b9ed5d97e3d9b3b8f6ab12c" PasswordEncryption="3" MaxAccountSize="500"
     VacationMessageOn="1" VacationSubject="Away" VacationMessage="Back on &quot;Monday&quot;." ForwardEnabled="0" ForwardAddress=""
     ForwardKeepOriginal="0">
     <Rules>
      <Rule Name="Invoices" Active="1" UseAND="1" SortOrder="1">
       <RuleCriterias>
        <Criteria MatchString="invoice" FieldType="4" MatchType="2" HeaderField="" UsePredefinedField="1"/>
        <Criteria MatchString="yes" FieldType="0" MatchType="1" HeaderField="X-Paid" UsePredefinedField="0"/>
       </RuleCriterias>
       <RuleActions><Action Type="4" IMAPFolder="Accounting.Invoices" SortOrder="1"/></RuleActions>
      </Rule>
      <Rule Name="By program" Active="1" UseAND="0" SortOrder="2">
       <RuleCriterias><Criteria MatchString="x" FieldType="1" MatchType="2" HeaderField="" UsePredefinedField="1"/></RuleCriterias>
       <RuleActions><Action Type="5" ScriptFunction="OnMail" SortOrder="1"/></RuleActions>
      </Rule>
     </Rules>
     <Folders>
      <Folder Name="INBOX" Subscribed="1" CurrentUID="2">
       <Messages>
        <Message CreateTime="2024-05-01 09:30:00" Filename="{A1B2}.eml" State="2" Size="40" Flags="5" ID="1" UID="1"/>
        <Message CreateTime="2024-05-02 09:30:00" Filename="{A1B3}.eml" State="2" Size="40" Flags="0" ID="2" UID="2"/>
       </Messages>
       <Folders>
        <Folder Name="Customers" Subscribed="1" CurrentUID="1">
         <Messages><Message CreateTime="2024-05-03 09:30:00" Filename="{C3D4}.eml" State="2" Size="40" Flags="9" ID="3" UID="1"/></Messages>
        </Folder>
       </Folders>
      </Folder>
      <Folder Name="Archive" Subscribed="1" CurrentUID="0">
       <Folders><Folder Name="2019 > 2020" Subscribed="1" CurrentUID="0"/></Folders>
      </Folder>
     </Folders>
    </Account>
    <Account Name="tom@example.com" Active="0" Password="secret" PasswordEncryption="1" MaxAccountSize="0" ForwardEnabled="1"
     ForwardAddress="tom@elsewhere.example" ForwardKeepOriginal="1"/>
   </Accounts>
   <Aliases><Alias Name="info@example.com" Value="anna@example.com" Active="1"/></Aliases>
   <DistributionLists>
    <DistributionList Name="all@example.com" Active="1" RequiresAuth="0" ListMode="1">
     <DistributionList><Recipient Name="anna@example.com"/><Recipient Name="tom@example.com"/></DistributionList>
    </DistributionList>
   </DistributionLists>
  </Domain>
 </Domains>
 <Routes>
  <Route Name="partner.example" TargetHost="mx.partner.example" TargetPort="2525" RequiresAuthentication="1" Username="office" Password="x"
   ConnectionSecurity="3"/>
 </Routes>
</Backup>`;

/** As a file of it is read: in pieces that end anywhere. */
export async function* inPieces(text: string, octets = 7): AsyncGenerator<Uint8Array> {
  const whole = Buffer.from(text);
  for (let at = 0; at < whole.length; at += octets)
    yield await Promise.resolve(whole.subarray(at, at + octets));
}
