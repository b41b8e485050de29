// Общий модуль b24л_XML (сервер): документы контракта в XML. Имена JSON в PascalCase, одно пространство имён, порядок
// элементов — порядок полей контракта, пустое опускается. DTD и сущности не разбираются.

#Область Чтение

// Соответствие, как из JSON. Исключение: это не документ контракта.
Функция Прочитать(Текст) Экспорт
	Если СтрНайти(Текст, "<!DOCTYPE") > 0 Тогда
		ВызватьИсключение "DTD запрещён";
	КонецЕсли;
	Чтение = Новый ЧтениеXML;
	Чтение.УстановитьСтроку(Текст);
	Чтение.ПерейтиКСодержимому();
	Если Чтение.URIПространстваИмен <> ПространствоИмен() Тогда
		ВызватьИсключение "Ожидается пространство имён " + ПространствоИмен();
	КонецЕсли;
	Возврат Элемент(Чтение);
КонецФункции

// Чтение стоит на начале элемента; после вызова — на его конце.
Функция Элемент(Чтение)
	Имя = Чтение.ЛокальноеИмя;
	Строки = ?(ИменаСписков()[Имя] = Неопределено, Неопределено, Новый Массив);
	Поля = Новый Соответствие;
	Текст = "";
	Пока Чтение.Прочитать() Цикл
		Если Чтение.ТипУзла = ТипУзлаXML.КонецЭлемента Тогда
			Прервать;
		ИначеЕсли Чтение.ТипУзла = ТипУзлаXML.Текст Или Чтение.ТипУзла = ТипУзлаXML.СекцияCDATA Тогда
			Текст = Текст + Чтение.Значение;
		ИначеЕсли Чтение.ТипУзла = ТипУзлаXML.НачалоЭлемента Тогда
			ИмяПоля = НРег(Лев(Чтение.ЛокальноеИмя, 1)) + Сред(Чтение.ЛокальноеИмя, 2);
			Значение = Элемент(Чтение);
			Если Строки = Неопределено Тогда
				Поля.Вставить(ИмяПоля, ЗначениеПоля(ИмяПоля, Значение));
			Иначе
				Строки.Добавить(Значение);
			КонецЕсли;
		КонецЕсли;
	КонецЦикла;
	Если Строки <> Неопределено Тогда
		Возврат Строки;
	КонецЕсли;
	Возврат ?(Поля.Количество() > 0, Поля, СокрЛП(Текст));
КонецФункции

Функция ЗначениеПоля(Имя, Значение)
	Если ТипЗнч(Значение) <> Тип("Строка") Тогда
		Возврат Значение;
	ИначеЕсли Значение = "true" Или Значение = "false" Тогда
		Возврат Значение = "true";
	ИначеЕсли СтрРазделить(Числа(), ",").Найти(Имя) <> Неопределено Тогда
		Возврат XMLЗначение(Тип("Число"), Значение);
	КонецЕсли;
	Возврат Значение;
КонецФункции

// deal.id тоже число: его разбирает b24л_Сопоставление.
Функция Числа()
	Возврат "cashOnDelivery,dealId,declaredValue,expectedRevision,heightCm,lat,lengthCm,line,lon,no,"
		+ "packageNo,price,qty,qtyExpected,seq,sizeBytes,vatRate,volumeM3,weightKg,widthCm";
КонецФункции

#КонецОбласти

#Область Запись

Функция Записать(Корень, Данные) Экспорт
	Запись = Новый ЗаписьXML;
	Запись.УстановитьСтроку("UTF-8");
	Запись.ЗаписатьОбъявлениеXML();
	Запись.ЗаписатьНачалоЭлемента(Корень, ПространствоИмен());
	Запись.ЗаписатьСоответствиеПространстваИмен("", ПространствоИмен());
	ЗаписатьПоля(Запись, Корень, Данные);
	Запись.ЗаписатьКонецЭлемента();
	Возврат Запись.Закрыть();
КонецФункции

// Путь — имена элементов от корня: от него зависит порядок полей.
Процедура ЗаписатьПоля(Запись, Путь, Данные)
	Для Каждого ИмяПоля Из Порядок(Путь) Цикл
		Значение = Данные[ИмяПоля];
		Если Значение = Неопределено Или Значение = "" Тогда
			Продолжить;
		КонецЕсли;
		Тег = ВРег(Лев(ИмяПоля, 1)) + Сред(ИмяПоля, 2);
		Запись.ЗаписатьНачалоЭлемента(Тег, ПространствоИмен());
		Если ТипЗнч(Значение) = Тип("Соответствие") Тогда
			ЗаписатьПоля(Запись, Путь + "/" + Тег, Значение);
		ИначеЕсли ТипЗнч(Значение) = Тип("Массив") Тогда
			ЗаписатьСтроки(Запись, Путь + "/" + Тег, ИменаСписков()[Тег], Значение);
		Иначе
			Запись.ЗаписатьТекст(?(ТипЗнч(Значение) = Тип("Строка"), Значение, XMLСтрока(Значение)));
		КонецЕсли;
		Запись.ЗаписатьКонецЭлемента();
	КонецЦикла;
КонецПроцедуры

Процедура ЗаписатьСтроки(Запись, Путь, Имя, Строки)
	Для Каждого Строка_ Из Строки Цикл
		Запись.ЗаписатьНачалоЭлемента(Имя, ПространствоИмен());
		Если ТипЗнч(Строка_) = Тип("Соответствие") Тогда
			ЗаписатьПоля(Запись, Путь + "/" + Имя, Строка_);
		Иначе
			Запись.ЗаписатьТекст(XMLСтрока(Строка_));
		КонецЕсли;
		Запись.ЗаписатьКонецЭлемента();
	КонецЦикла;
КонецПроцедуры

#КонецОбласти

#Область Имена

Функция ПространствоИмен()
	Возврат "urn:b24-logistics:exchange:1";
КонецФункции

// Обёртка — имя повторяющегося элемента.
Функция ИменаСписков()
	Имена = Новый Соответствие;
	Для Каждого Пара Из СтрРазделить("Stops=Stop,Packages=Package,Items=Item,Fields=Field,Findings=Finding,"
			+ "Serials=Value,Photos=Value,Capabilities=Value,UnknownSkus=Value", ",") Цикл
		Части = СтрРазделить(Пара, "=");
		Имена.Вставить(Части[0], Части[1]);
	КонецЦикла;
	Возврат Имена;
КонецФункции

// Порядок полей по пути элемента: как в openapi.json (поля схем идут в порядке контракта).
Функция Порядок(Путь)
	Для Каждого Строка_ Из СтрРазделить(ПорядокВсех(), Символы.ПС) Цикл
		Если СтрНачинаетсяС(Строка_, Путь + "=") Тогда
			Возврат СтрРазделить(Сред(Строка_, СтрДлина(Путь) + 2), ",");
		КонецЕсли;
	КонецЦикла;
	ВызватьИсключение "Нет порядка полей для " + Путь;
КонецФункции

Функция ПорядокВсех()
	Возврат "Health=service,contract,time,infobase,capabilities,user
		|Health/Infobase=configuration,version,platform
		|TransportRequestState=id,externalId,number,date,status,statusText,rawStatus,revision,statusAt,carrier,trackingNumber,trackingUrl,vehicle,trip,plannedDelivery,actualDelivery,cost,position,problem,documentsCount,request
		|TransportRequestState/Carrier=ref,name
		|TransportRequestState/Vehicle=plate,driverName,driverPhone
		|TransportRequestState/Trip=number,departure
		|TransportRequestState/Cost=amount,currency,vatIncluded
		|TransportRequestState/Position=lat,lon,at
		|TransportRequestState/Problem=code,message
		|TransportRequestState/Request=externalId,deal,type,organization,carrierRef,service,createdAt,comment,stops,cargo
		|TransportRequestState/Request/Deal=id,url
		|TransportRequestState/Request/Organization=inn
		|TransportRequestState/Request/Service=kind,expedited
		|TransportRequestState/Request/Stops/Stop=seq,operation,warehouseRef,window,address,contact,party
		|TransportRequestState/Request/Stops/Stop/Window=from,to
		|TransportRequestState/Request/Stops/Stop/Address=text,postalCode,country,region,city,street,house,building,apartment,fiasId,lat,lon,comment
		|TransportRequestState/Request/Stops/Stop/Contact=name,phone,email
		|TransportRequestState/Request/Stops/Stop/Party=kind,name,inn,kpp,phone
		|TransportRequestState/Request/Cargo=weightKg,volumeM3,declaredValue,cashOnDelivery,currency,temperature,hazardClass,packages,items
		|TransportRequestState/Request/Cargo/Packages/Package=no,barcode,weightKg,lengthCm,widthCm,heightCm
		|TransportRequestState/Request/Cargo/Items/Item=line,sku,name,qty,unit,weightKg,price,vatRate,packageNo,barcode,serials
		|TransportRequestStates=items,nextCursor
		|TransportRequestStates/Items/Item=id,externalId,number,date,status,statusText,rawStatus,revision,statusAt
		|Events=items,nextCursor
		|Events/Items/Item=eventId,at,status,rawStatus,place,comment,stopSeq
		|Documents=items,nextCursor
		|Documents/Items/Item=documentId,fileName,kind,sizeBytes,sha256,createdAt,externalId,mediaType
		|DocumentInfo=documentId,fileName,kind,sizeBytes,sha256,createdAt,externalId,mediaType
		|Accepted=externalId,accepted
		|ShipmentOrderState=id,externalId,number,date,status,statusText,rawStatus,revision,statusAt,items,packages,problem,documentsCount,request
		|ShipmentOrderState/Items/Item=line,sku,qtyOrdered,qtyPicked,qtyShipped
		|ShipmentOrderState/Packages/Package=no,barcode,weightKg,lengthCm,widthCm,heightCm
		|ShipmentOrderState/Problem=code,message
		|ShipmentOrderState/Request=externalId,warehouseRef,plannedShipDate,party,deliveryAddress,carrierRef,transportRequestExternalId,items
		|ShipmentOrderState/Request/Party=kind,name,inn,kpp,phone
		|ShipmentOrderState/Request/DeliveryAddress=text,postalCode,country,region,city,street,house,building,apartment,fiasId,lat,lon,comment
		|ShipmentOrderState/Request/Items/Item=line,sku,name,qty,unit,weightKg,price,vatRate,packageNo,barcode,serials
		|ShipmentOrderStates=items,nextCursor
		|ShipmentOrderStates/Items/Item=id,externalId,number,date,status,statusText,rawStatus,revision,statusAt,items,packages,problem,documentsCount,request
		|ShipmentOrderStates/Items/Item/Items/Item=line,sku,qtyOrdered,qtyPicked,qtyShipped
		|ShipmentOrderStates/Items/Item/Packages/Package=no,barcode,weightKg,lengthCm,widthCm,heightCm
		|ShipmentOrderStates/Items/Item/Problem=code,message
		|ShipmentOrderStates/Items/Item/Request=externalId,warehouseRef,plannedShipDate,party,deliveryAddress,carrierRef,transportRequestExternalId,items
		|ShipmentOrderStates/Items/Item/Request/Party=kind,name,inn,kpp,phone
		|ShipmentOrderStates/Items/Item/Request/DeliveryAddress=text,postalCode,country,region,city,street,house,building,apartment,fiasId,lat,lon,comment
		|ShipmentOrderStates/Items/Item/Request/Items/Item=line,sku,name,qty,unit,weightKg,price,vatRate,packageNo,barcode,serials
		|ExpectedReceiptState=id,externalId,number,date,status,statusText,rawStatus,revision,statusAt,items,documentsCount
		|ExpectedReceiptState/Items/Item=line,sku,qtyExpected,qtyReceived
		|Inspection=id,externalId,completedAt,inspector,overall,items
		|Inspection/Items/Item=line,sku,qtyExpected,qtyAccepted,qtyDamaged,qtyMissing,qtySurplus,findings
		|Inspection/Items/Item/Findings/Finding=qty,condition,reasonCode,comment,photos
		|Stock=asOf,items,unknownSkus,nextCursor
		|Stock/Items/Item=sku,warehouseRef,condition,onHand,reserved,available,expected,unit
		|Warehouses=items,nextCursor
		|Warehouses/Items/Item=ref,name,address
		|Error=code,message,requestId,retryable,fields,details
		|Error/Fields/Field=path,rule,message
		|Error/Details=id,status";
КонецФункции

#КонецОбласти
